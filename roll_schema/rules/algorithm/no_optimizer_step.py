"""
A run that is too short for one optimizer step per rank.

ROLL tells Megatron's scheduler how many optimizer steps there will be: samples of all steps / (batch per pass x passes)
/ ranks, rounded down. With 0 Megatron asserts that `lr_decay_steps` is positive, after the model is loaded.

    max_steps: 1
    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 2}   # error: [no-optimizer-step]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))

With one sample per pass there is one step:

    max_steps: 1
    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import data_parallel_size, runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def no_optimizer_step(config: PPOConfig, context: Context) -> Iterator[Problem]:
    worker = config.actor_train
    if not runs_on(worker, "megatron_train") or context.only_samples:
        return
    micro, steps = worker.training_args.per_device_train_batch_size, worker.training_args.gradient_accumulation_steps
    group = getattr(config, "num_return_sequences_in_group", 1)
    ranks = data_parallel_size(worker)
    samples = config.max_steps * config.rollout_batch_size * group * config.ppo_epochs
    if not ranks or micro < 1 or steps < 1 or samples < 1:
        return
    batches = samples // (micro * steps)
    if context.release.matches(">=0.3.0"):
        batches = max(1, batches)
    if batches // ranks == 0:
        yield Problem(
            "actor_train.training_args",
            f"samples / (batch per pass x passes) / ranks = {samples} / ({micro} x {steps}) / {ranks} is less than one "
            "optimizer step",
            "Make `gradient_accumulation_steps` smaller, or `max_steps` or `rollout_batch_size` larger.",
        )
