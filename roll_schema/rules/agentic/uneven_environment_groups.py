"""
Groups of environments that do not add up.

`num_groups_partition` says how many groups each of `tags` gets. ROLL asserts while it loads the config that they add up
to `num_env_groups`.

    custom_envs:
      SimpleSokoban: {env_type: sokoban}
      LargerSokoban: {env_type: sokoban}
    train_env_manager:
      num_env_groups: 128
      tags: [SimpleSokoban, LargerSokoban]
      num_groups_partition: [64, 32]   # error: [uneven-environment-groups]

Here they do:

    custom_envs:
      SimpleSokoban: {env_type: sokoban}
      LargerSokoban: {env_type: sokoban}
    train_env_manager:
      num_env_groups: 128
      tags: [SimpleSokoban, LargerSokoban]
      num_groups_partition: [64, 64]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.rules.agentic.unknown_environment import MANAGERS
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig, EnvManagerConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def uneven_environment_groups(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    def judge(manager: str, settings: EnvManagerConfig) -> Iterator[Problem]:
        parts = [part for _, part in zip(settings.tags, settings.num_groups_partition, strict=False)]
        total, groups = sum(parts), settings.num_env_groups
        if total == groups:
            return
        partition, number = f"{manager}.num_groups_partition", f"{manager}.num_env_groups"
        too_few = groups < len(parts)  # which cannot be meant
        blamed = number if too_few or not context.is_set(partition) else partition
        added = " + ".join(map(str, parts)) + (f" = {total}" if len(parts) > 1 else "")
        tags = len(settings.tags)
        advice = f"groups that add up to {groups}, one number for each of `tags`"
        if parts:
            advice = f"`num_env_groups: {total}`" + ("" if too_few else f", or {advice}")
        counted = f" for {tags} tag{'s' * (tags != 1)}"
        yield Problem(
            blamed,
            f"the groups{counted} add up to {added or 0}, but `num_env_groups` is {groups}"
            + ("" if context.is_set(number) else " (the default)"),
            f"Write {advice}.",
            {path: "this has to agree" for path in (partition, number, f"{manager}.tags") if path != blamed},
        )

    yield from each(fields_of(config, *MANAGERS), judge)
