"""
Environments that their workers cannot share evenly.

ROLL 0.1.0 asserts while it loads the config that `num_env_groups` x `group_size` environments fill workers of
`max_env_num_per_worker` without a rest; later releases leave the last worker with fewer.

    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    train_env_manager:
      num_env_groups: 128
      group_size: 1
      max_env_num_per_worker: 48   # error: [uneven-environment-workers]

Write a divisor:

    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    train_env_manager:
      num_env_groups: 128
      group_size: 1
      max_env_num_per_worker: 32
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.rules.agentic.unknown_environment import MANAGERS
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig, EnvManagerConfig


@rule(Severity.ERROR, effect=Effect.LOAD, releases="<0.1.1")
def uneven_environment_workers(config: AgenticConfig) -> Iterator[Problem]:
    def judge(manager: str, settings: EnvManagerConfig) -> Iterator[Problem]:
        environments, most = settings.num_env_groups * settings.group_size, settings.max_env_num_per_worker
        if most > 0 and environments % most:
            yield Problem(
                f"{manager}.max_env_num_per_worker",
                f"{environments} environments (`num_env_groups` x `group_size`) are no multiple of {most}",
                f"Write a divisor of {environments}.",
            )

    yield from each(fields_of(config, *MANAGERS), judge)
