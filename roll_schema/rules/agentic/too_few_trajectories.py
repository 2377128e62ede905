"""
Too few trajectories for a step.

Detects a `max_traj_per_env` that leaves a step short of trajectories. A step needs `rollout_batch_size` (validation:
`val_batch_size`) of them from `num_env_groups` × `group_size` environments, and ROLL asserts it at load. With -1 ROLL
chooses the limit, and so does asynchronous generation for `train_env_manager`.

    rollout_batch_size: 1024
    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    train_env_manager:
      num_env_groups: 8
      group_size: 8
      tags: [SimpleSokoban]
      num_groups_partition: [8]
      max_traj_per_env: 10   # error: [too-few-trajectories]

Let ROLL choose the limit:

    rollout_batch_size: 1024
    custom_envs: {SimpleSokoban: {env_type: sokoban}}
    train_env_manager:
      num_env_groups: 8
      group_size: 8
      tags: [SimpleSokoban]
      num_groups_partition: [8]

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_config.py, AgenticConfig.__post_init__
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
        batch, limit = batches[manager], settings.max_traj_per_env
        trajectories: int = getattr(config, batch)
        environments = settings.num_env_groups * settings.group_size
        chosen_by_roll = limit < 0 or (batch == "rollout_batch_size" and config.async_generation_ratio > 0)
        if environments <= 0 or chosen_by_roll:
            return
        needed = -(-trajectories // environments)
        if limit < needed:
            sizes = f"{settings.num_env_groups} × {settings.group_size} environments × {limit}"
            yield Problem(
                f"{manager}.max_traj_per_env",
                f"`max_traj_per_env: {limit}` gives {environments * limit} trajectories per step ({sizes}), "
                f"expected {trajectories}",
                f"set `max_traj_per_env: {needed}`",
                {batch: "trajectories per step"},
            )

    yield from each(fields_of(config, *batches), judge)
