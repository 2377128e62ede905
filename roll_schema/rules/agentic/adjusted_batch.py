"""
Rollout batch smaller than an optimizer step.

Detects a `rollout_batch_size` below the trajectories of one optimizer step of `actor_train`. The agentic pipeline makes
the batch a multiple of it: it repeats random trajectories, which then count twice in the loss. With `batch_adjust_mode:
delete`, ROLL before 0.2.0 deletes the whole batch.

    rollout_batch_size: 8
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 32}   # warning: [adjusted-batch]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    custom_envs:
      Sokoban: {env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager}
    train_env_manager: {tags: [Sokoban]}

Play as many trajectories as an optimizer step takes (8 ranks × 1 × 1):

    rollout_batch_size: 8
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    custom_envs:
      Sokoban: {env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager}
    train_env_manager: {tags: [Sokoban]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, AgenticPipeline.adjust_batch
"""

from __future__ import annotations

from collections.abc import Iterator
from math import lcm
from typing import TYPE_CHECKING

from roll_schema.planning.workers import data_parallel_size, environment_setting
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=("agentic",))
def adjusted_batch(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    ranks, training = data_parallel_size(config.actor_train), config.actor_train.training_args
    micro, steps = training.per_device_train_batch_size, training.gradient_accumulation_steps
    trajectories = config.rollout_batch_size
    # Managers that return single turns make more samples than trajectories; how many is known only in the run.
    used = [tag for tag in config.custom_envs or {} if tag in (config.train_env_manager.tags or ())]
    managers = [environment_setting(config.custom_envs[tag], "env_manager_cls") for tag in used]
    whole_trajectories = all(isinstance(path, str) and path.endswith("TrajEnvManager") for path in managers)
    if not ranks or min(micro, steps, trajectories) < 1 or not managers or not whole_trajectories:
        return
    batch = ranks * micro * steps
    if trajectories < batch:
        deleted = config.batch_adjust_mode == "delete" and context.release.matches("<0.2.0")
        fate = "deletes all of them" if deleted else "repeats random ones"
        key = "gradient_accumulation_steps" if steps > 1 else "per_device_train_batch_size"
        yield Problem(
            f"actor_train.training_args.{key}",
            f"`rollout_batch_size: {trajectories}` does not fill an optimizer step of {batch} trajectories "
            f"({ranks} rank{'s' * (ranks != 1)} × {micro} × {steps}): ROLL {fate}",
            f"set `rollout_batch_size: {lcm(batch, max(config.train_env_manager.group_size, 1))}`",
            also={"rollout_batch_size": "trajectories per step"},
        )
