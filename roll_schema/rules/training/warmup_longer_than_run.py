"""
Warmup longer than the run.

`warmup_steps` counts optimizer steps. If the run has no more optimizer steps than that, the learning rate only rises
and never reaches its decay.

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

Warm up for fewer than the 10 optimizer steps of the run:

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

References:

- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, PPOConfig.set_max_steps
- ROLL 0.1.0-0.3.0: roll/configs/training_args.py, TrainingArguments.get_warmup_steps
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import step_size
from roll_schema.rules.rule import BY_DOMAIN, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=BY_DOMAIN)
def warmup_longer_than_run(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    warmup, batch = config.actor_train.training_args.warmup_steps, step_size(config.actor_train)
    samples = config.max_steps * config.rollout_batch_size * config.num_return_sequences_in_group * config.ppo_epochs
    if batch < 1:
        return
    steps = samples // batch
    if warmup >= steps > 0:
        yield Problem(
            "actor_train.training_args.warmup_steps",
            f"`warmup_steps: {warmup}` covers the whole run (optimizer steps: {steps})",
            f"set `warmup_steps: {steps // 10}`",
            also=context.where_set({"max_steps": f"pipeline steps: {config.max_steps}"}),
        )
