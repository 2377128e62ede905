"""
Run without an optimizer step.

Detects a trainer on Megatron that gets no optimizer step in the whole run. ROLL computes the number of steps of a rank
as samples / (`per_device_train_batch_size` × `gradient_accumulation_steps`) / ranks, rounded down. Megatron's learning
rate scheduler refuses 0 steps, after the model is loaded.

    max_steps: 1
    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 2}   # error: [no-optimizer-step]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))

Generate a sample for each micro-batch of each rank:

    max_steps: 1
    rollout_batch_size: 16
    num_return_sequences_in_group: 1
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 2}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.1.1: roll/pipeline/rlvr/rlvr_config.py, RLVRConfig.set_max_steps
- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, PPOConfig.set_max_steps
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.initialize
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, lcm
from typing import TYPE_CHECKING

from roll_schema.planning.workers import data_parallel_size, runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def no_optimizer_step(config: PPOConfig, context: Context) -> Iterator[Problem]:
    trainer = config.actor_train
    # The maths pipeline counts the steps of its data set, whatever `max_steps` says.
    if not runs_on(trainer, "megatron_train") or context.only_samples or context.pipeline == "rlvr_vlmath":
        return
    training, ranks = trainer.training_args, data_parallel_size(trainer)
    rank_batch = training.per_device_train_batch_size * training.gradient_accumulation_steps
    group = getattr(config, "num_return_sequences_in_group", 1)
    samples_per_step = config.rollout_batch_size * group * config.ppo_epochs
    if not ranks or min(training.per_device_train_batch_size, rank_batch, samples_per_step, config.max_steps) < 1:
        return
    if context.release.matches("<0.2.0"):
        batches = config.max_steps * (samples_per_step // rank_batch)
    else:
        batches = max(1, config.max_steps * samples_per_step // rank_batch)
    if batches < ranks:
        batch = ranks * rank_batch
        sizes = f"{ranks} rank{'s' * (ranks != 1)} × {training.per_device_train_batch_size} × "
        prompts = lcm(ranks, batch // gcd(batch, group))
        yield Problem(
            "actor_train.training_args",
            f"`max_steps: {config.max_steps}` with {samples_per_step:,} sample{'s' * (samples_per_step != 1)} per step "
            f"counts as 0 optimizer steps of {batch:,} samples ({sizes}{training.gradient_accumulation_steps})",
            f"set `rollout_batch_size: {prompts}`",
        )
