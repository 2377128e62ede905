"""
A default that is another one in the new release.

What a config leaves out is the release's own choice, and an upgrade may change it without a word. This rule runs only
where two releases are compared (`roll-lint diff-release`), and only for sections that the config has.

Not shown as an example, since it takes two releases: from 0.1.0 to 0.1.1, a config without `loss_agg_mode` goes from
`seq-mean-token-sum` to `seq-mean-token-mean`, which scales the loss otherwise.
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


@rule(Severity.INFO, effect=Effect.IGNORED)
def default_changed(section: Section, context: Context) -> Iterator[Problem]:
    # Environments run no model, whatever their section inherits.
    if context.compared is None or not context.is_set("") or type(section).__name__ == "EnvManagerConfig":
        return
    before, now = facts_of(type(section), context.compared), facts_of(type(section), context.release)
    for field in sorted(set(before) & set(now) - section.model_fields_set):
        old, new = before[field].get("default"), now[field].get("default")
        if old != new and "section" not in before[field] and "section" not in now[field]:
            message = (
                f"left out, `{field}` is {shown(new)} in ROLL {context.release.name}; in {context.compared.name} it "
                f"was {shown(old)}"
            )
            yield Problem(field, message, f"Write `{field}: {shown(old)}` to keep what it was.")
