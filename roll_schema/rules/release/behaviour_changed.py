"""
Changed behaviour of a key.

The key exists in both releases, but the new release does something else with it, or without it. This rule runs only
where two releases are compared (`roll-lint diff-release`).

This manual has no example, since it takes two releases: from 0.1.1 to 0.1.3, a config without `model_download_type`
downloads its models from ModelScope instead of Hugging Face.

References:

- ROLL 0.1.1: roll/utils/checkpoint_manager.py, os.getenv("MODEL_DOWNLOAD_TYPE", "HUGGINGFACE_HUB")
- ROLL 0.1.3-0.3.0: roll/utils/checkpoint_manager.py, os.getenv("MODEL_DOWNLOAD_TYPE", "MODELSCOPE")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import releases
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import dotted, parse

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
        name, state = dotted(parse(change.key)[-1:]), "is not set" if change.unset else "is set"
        message = f"`{name}` {state}: ROLL {change.since} {change.note}"
        yield Problem(change.key, message, f"set `{name}` explicitly" if change.unset else "")
