"""
Boolean for a number.

In Python `true` is the integer 1, so ROLL's loader accepts it: `save_steps: yes` saves after every step.

    save_steps: yes   # warning: [boolean-for-number]

Set the number:

    save_steps: 1

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, save_steps: int
- dacite 1.9.2: dacite/types.py, is_instance
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import types
from roll_schema.models.validation import facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.section import Section


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def boolean_for_number(section: Section, context: Context) -> Iterator[Problem]:
    facts = facts_of(type(section), context.release)
    for field in section.model_fields_set:
        value, declared = context.written(field), types.parse(facts.get(field, {}).get("type", "")).required
        if isinstance(value, bool) and declared.kind in ("int", "float"):
            kind = "integer" if declared.kind == "int" else "float"
            message = f"`{field}`: expected {kind}, found boolean `{shown(value)}`, which ROLL reads as {int(value)}"
            yield Problem(field, message, f"set `{field}: {int(value)}`, or the number that you mean")
