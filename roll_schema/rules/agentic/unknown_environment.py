"""
Unknown environment.

Detects one of the `tags` that is not a key of `custom_envs`, where ROLL looks it up at load. It looks up the tags of
both managers, also without validation. The default tag is `SimpleSokoban`.

    custom_envs:
      FrozenLake: {env_type: frozen_lake}
      SimpleSokoban: {env_type: sokoban}
    train_env_manager:
      tags: [FrozenLakes]   # error: [unknown-environment]

Use a key of `custom_envs`:

    custom_envs:
      FrozenLake: {env_type: frozen_lake}
      SimpleSokoban: {env_type: sokoban}
    train_env_manager:
      tags: [FrozenLake]

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_config.py, AgenticConfig.make_env_configs
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import items_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig, EnvManagerConfig

MANAGERS = ("train_env_manager", "val_env_manager")


@rule(Severity.ERROR, effect=Effect.LOAD)
def unknown_environment(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    described = list(config.custom_envs or {})
    reason = f"`custom_envs` has {listed(described)}" if described else "`custom_envs` is empty"

    def of_manager(manager: str, settings: EnvManagerConfig) -> Iterator[Problem]:
        # ROLL pairs tags with groups; a tag beyond the groups is not looked up.
        looked_up = settings.tags[: len(settings.num_groups_partition)]
        yield from each(items_of(f"{manager}.tags", looked_up), of_tag, manager)

    def of_tag(place: str, tag: str, manager: str) -> Iterator[Problem]:
        if tag in described:
            return
        written = context.is_set(f"{manager}.tags")
        by_default = "" if written else " (the default)"
        yield Problem(
            place if written else f"{manager}.tags",
            f"unknown environment `{tag}`{by_default} in `{manager}`: {reason}",
            did_you_mean(tag, described, f"add `{tag}` to `custom_envs`")[0],
            {"custom_envs": "the environments"},
        )

    yield from each(fields_of(config, *MANAGERS), of_manager)
