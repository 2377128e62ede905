"""
A batch that cannot be split, and is padded or cut.

The agentic pipeline makes a step's samples a multiple of what the trainer takes per optimizer step and of what its
forward passes take. Where `rollout_batch_size` is less than that, `copy` repeats random trajectories, which then count
twice in the loss.

    rollout_batch_size: 8
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 32}   # warning: [adjusted-batch]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    custom_envs:
      Sokoban: {env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager}
    train_env_manager: {tags: [Sokoban]}

With 8 ranks x 1 x 1:

    rollout_batch_size: 8
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    custom_envs:
      Sokoban: {env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager}
    train_env_manager: {tags: [Sokoban]}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import data_parallel_size, environment_setting
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=("agentic",))
def adjusted_batch(config: AgenticConfig) -> Iterator[Problem]:
    ranks, training = data_parallel_size(config.actor_train), config.actor_train.training_args
    micro, steps, samples = (
        training.per_device_train_batch_size,
        training.gradient_accumulation_steps,
        config.rollout_batch_size,
    )
    # Managers that give single turns make more samples than trajectories, how many is only known at run time.
    used = [tag for tag in config.custom_envs or {} if tag in (config.train_env_manager.tags or ())]
    managers = [environment_setting(config.custom_envs[tag], "env_manager_cls") for tag in used]
    whole_trajectories = all(isinstance(path, str) and path.endswith("TrajEnvManager") for path in managers)
    if not ranks or min(micro, steps, samples) < 1 or not managers or not whole_trajectories:
        return
    batch = ranks * micro * steps
    if samples < batch:
        fate = {
            "copy": f"copies of random ones make up the other {batch - samples}",
            "delete": "nothing is left to train on",
        }
        field = "gradient_accumulation_steps" if steps > 1 else "per_device_train_batch_size"
        smaller = f"a smaller `{field}`, or " if micro * steps > 1 else ""
        yield Problem(
            f"actor_train.training_args.{field}",
            f"`rollout_batch_size` {samples} is less than {ranks} ranks x {micro} x {steps} = {batch} trajectories per "
            f"optimizer step: {fate.get(config.batch_adjust_mode, 'the batch is adjusted')}",
            f"Write {smaller}`rollout_batch_size: {batch}`.",
            also={"rollout_batch_size": "trajectories per step"},
        )
