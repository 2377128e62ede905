"""
A limit that leaves a step short of trajectories.

A step needs `rollout_batch_size` trajectories from `num_env_groups` x `group_size` environments. ROLL asserts while it
loads the config that `max_traj_per_env` lets them play as many; -1 lets ROLL choose, and so does asynchronous training
for `train_env_manager`.

    rollout_batch_size: 1024
    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    train_env_manager:
      num_env_groups: 8
      group_size: 8
      tags: [SimpleSokoban]
      num_groups_partition: [8]
      max_traj_per_env: 10   # error: [too-few-trajectories]

Leave it to ROLL:

    rollout_batch_size: 1024
    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    train_env_manager:
      num_env_groups: 8
      group_size: 8
      tags: [SimpleSokoban]
      num_groups_partition: [8]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig, EnvManagerConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def too_few_trajectories(config: AgenticConfig) -> Iterator[Problem]:
    batches = {"train_env_manager": "rollout_batch_size", "val_env_manager": "val_batch_size"}

    def judge(manager: str, settings: EnvManagerConfig) -> Iterator[Problem]:
        batch = batches[manager]
        number: int = getattr(config, batch)
        environments = settings.num_env_groups * settings.group_size
        chosen = settings.max_traj_per_env < 0 or (batch == "rollout_batch_size" and config.async_generation_ratio > 0)
        if environments <= 0 or chosen:
            return
        needed = -(-number // environments)
        if settings.max_traj_per_env < needed:
            yield Problem(
                f"{manager}.max_traj_per_env",
                f"{settings.num_env_groups} x {settings.group_size} environments with `max_traj_per_env` "
                f"{settings.max_traj_per_env} are too few for `{batch}` {number}",
                f"Write `max_traj_per_env: {needed}` or more, or -1.",
                {batch: "trajectories per step"},
            )

    yield from each(fields_of(config, *batches), judge)
