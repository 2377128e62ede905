"""
Environments not divisible among workers.

Detects environments (`num_env_groups` × `group_size`) that do not fill all workers of `max_env_num_per_worker`. ROLL
0.1.0 asserts it at load. Later releases give the last worker fewer environments.

    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    train_env_manager:
      num_env_groups: 128
      group_size: 1
      max_env_num_per_worker: 48   # error: [uneven-environment-workers]

Use a divisor:

    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    train_env_manager:
      num_env_groups: 128
      group_size: 1
      max_env_num_per_worker: 32

References:

- ROLL 0.1.0: roll/pipeline/agentic/agentic_config.py, EnvManagerConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import divisors
from roll_schema.rules.agentic.unknown_environment import MANAGERS
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig, EnvManagerConfig


@rule(Severity.ERROR, effect=Effect.LOAD, releases="<0.1.1")
def uneven_environment_workers(config: AgenticConfig) -> Iterator[Problem]:
    def judge(manager: str, settings: EnvManagerConfig) -> Iterator[Problem]:
        groups, size, most = settings.num_env_groups, settings.group_size, settings.max_env_num_per_worker
        environments = groups * size
        if most > 0 and environments % most:
            even = max((divisor for divisor in divisors(environments) if divisor <= most), default=1)
            yield Problem(
                f"{manager}.max_env_num_per_worker",
                f"{environments} environments ({groups} × {size}) is not divisible by `max_env_num_per_worker: {most}`",
                f"set `max_env_num_per_worker: {even}`",
            )

    yield from each(fields_of(config, *MANAGERS), judge)
