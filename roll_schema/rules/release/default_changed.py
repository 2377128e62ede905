"""
Changed default.

The config does not set the key, and its default is different in the new release. This rule runs only where two releases
are compared (`roll-lint diff-release`), and only for sections that the config has.

This manual has no example, since it takes two releases: from 0.1.0 to 0.1.1, the default of `loss_agg_mode` changes
from `seq-mean-token-sum` to `seq-mean-token-mean`, and with it the scale of the loss.

References:

- ROLL 0.1.0: roll/pipeline/rlvr/rlvr_config.py, field(default="seq-mean-token-sum"
- ROLL 0.1.1: roll/pipeline/rlvr/rlvr_config.py, field(default="seq-mean-token-mean"
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.validation import facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.section import Section


@rule(Severity.INFO, effect=Effect.DIFFERENT)
def default_changed(section: Section, context: Context) -> Iterator[Problem]:
    # Environment managers inherit fields of a model, but run none.
    if context.compared is None or not context.is_set("") or type(section).__name__ == "EnvManagerConfig":
        return
    before, now = facts_of(type(section), context.compared), facts_of(type(section), context.release)
    for field in sorted(set(before) & set(now) - section.model_fields_set):
        old, new = before[field].get("default"), now[field].get("default")
        if old != new and "section" not in before[field] and "section" not in now[field]:
            message = (
                f"`{field}` is not set: its default is `{shown(new)}` in ROLL {context.release.name}, "
                f"`{shown(old)}` in {context.compared.name}"
            )
            yield Problem(field, message, f"set `{field}: {shown(old)}` to keep the former default")
