"""
A key that means something else in the new release.

The key is there in both releases, and ROLL does something else with it, or without it. This rule runs only where two
releases are compared (`roll-lint diff-release`).

Not shown as an example, since it takes two releases: from 0.1.1 to 0.1.3, a config without `model_download_type` looks
for its models on ModelScope instead of Hugging Face.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import releases
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.section import Section


@rule(Severity.INFO, effect=Effect.DIFFERENT)
def behaviour_changed(section: Section, context: Context) -> Iterator[Problem]:
    if context.compared is None or not context.is_set(""):
        return
    owner = section.class_in_roll()
    for change in releases.behaviours():
        crossed = context.release.matches(f">={change.since}") and context.compared.matches(f"<{change.since}")
        if change.owner != owner or not crossed or context.is_set(change.key) is change.unset:
            continue
        if change.strategies and getattr(section, "strategy_name", None) not in change.strategies:
            continue
        name = change.key.rpartition(".")[2]
        message = f"`{name}` changed with ROLL {change.since}: {change.note}"
        yield Problem(change.key, message, f"Set `{name}` to what you want." if change.unset else "")
