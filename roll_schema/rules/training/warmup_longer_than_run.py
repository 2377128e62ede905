"""
A learning rate that never gets to its full height.

The warm-up counts optimizer steps. Where the run has no more of them, the learning rate only ever rises.

    max_steps: 10
    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    actor_train:
      training_args:
        warmup_steps: 20   # warning: [warmup-longer-than-run]
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 1
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))

Shorter than the 10 optimizer steps:

    max_steps: 10
    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    actor_train:
      training_args:
        warmup_steps: 2
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 1
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import step_size
from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=RLVR_TRAINING)
def warmup_longer_than_run(config: RLVRConfig) -> Iterator[Problem]:
    warmup, batch = config.actor_train.training_args.warmup_steps, step_size(config.actor_train)
    samples = config.max_steps * config.rollout_batch_size * config.num_return_sequences_in_group * config.ppo_epochs
    if batch < 1:
        return
    steps = samples // batch
    if warmup >= steps > 0:
        yield Problem(
            "actor_train.training_args.warmup_steps",
            f"the warm-up lasts to the end: `warmup_steps` is {warmup}, and the number of optimizer steps is {steps}",
            f"Write `warmup_steps: {steps // 10}`.",
            also={"max_steps": "pipeline steps of the run"},
        )
