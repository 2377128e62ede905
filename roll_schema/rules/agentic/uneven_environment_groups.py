"""
Group partition with a wrong sum.

Detects a `num_groups_partition` that does not add up to `num_env_groups`. It has the number of groups for each of the
`tags`, and ROLL asserts the sum at load.

    custom_envs:
      SimpleSokoban: {env_type: sokoban}
      LargerSokoban: {env_type: sokoban}
    train_env_manager:
      num_env_groups: 128
      tags: [SimpleSokoban, LargerSokoban]
      num_groups_partition: [64, 32]   # error: [uneven-environment-groups]

Make the sum equal:

    custom_envs:
      SimpleSokoban: {env_type: sokoban}
      LargerSokoban: {env_type: sokoban}
    train_env_manager:
      num_env_groups: 128
      tags: [SimpleSokoban, LargerSokoban]
      num_groups_partition: [64, 64]

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_config.py, assert done_groups == env_manager_config.num_env_groups
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
        tags = len(settings.tags)
        arithmetic = f" ({' + '.join(map(str, parts))})" if len(parts) > 1 else ""
        by_default = "" if context.is_set(number) else " (the default)"
        if parts:
            advice = f"set `num_env_groups: {total}`"
        elif tags:
            even = [groups // tags + (at < groups % tags) for at in range(tags)]
            advice = f"set `num_groups_partition: {even}`"
        else:
            advice = "add an environment to `tags`"
        yield Problem(
            blamed,
            f"the groups of {tags} tag{'s' * (tags != 1)} add up to {total}{arithmetic}, "
            f"expected `num_env_groups: {groups}`{by_default}",
            advice,
            {path: "part of the sum" for path in (partition, number, f"{manager}.tags") if path != blamed},
        )

    yield from each(fields_of(config, *MANAGERS), judge)
