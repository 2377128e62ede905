"""
A `???` that nothing has filled in.

Hydra's mark for a value that must still be set is plain text to ROLL: it trains under the name `???`.

    exp_name: ???   # warning: [unset-value]

Set it in the file or on the command line:

    exp_name: first-run
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.section import Section


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def unset_value(section: Section) -> Iterator[Problem]:
    for field in section.model_fields_set:
        if section.__dict__.get(field) == "???":
            message = f"`{field}` is still `???`, and ROLL takes that for its text"
            yield Problem(field, message, f"Set it here, or with an override: `{field}=...`.")
