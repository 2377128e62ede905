"""
Conflicting `gradient_accumulation_steps` for DeepSpeed.

The rule compares `gradient_accumulation_steps` of `strategy_config` with that of `training_args`. ROLL computes
DeepSpeed's `train_batch_size` from `training_args` and keeps the value of `strategy_config`. If the two values differ,
DeepSpeed's check of the batch size fails when the workers start. The value `auto` fails too, since only the Trainer of
transformers replaces it.

    actor_train:
      training_args: {gradient_accumulation_steps: 8}
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {gradient_accumulation_steps: 4}   # warning: [accumulation-mismatch]

Set it in `training_args` only:

    actor_train:
      training_args: {gradient_accumulation_steps: 8}
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {}

References:

- ROLL 0.1.0-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, DeepSpeedInferStrategy.__init__
- DeepSpeed 0.19.8: deepspeed/runtime/config.py, DeepSpeedConfig._batch_assertion
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def accumulation_mismatch(worker: WorkerConfig) -> Iterator[Problem]:
    settings, steps = settings_of(worker, "deepspeed_train"), worker.training_args.gradient_accumulation_steps
    repeated = settings.get("gradient_accumulation_steps") if settings else None
    if repeated != steps and (repeated == "auto" or isinstance(repeated, (int, float))):
        yield Problem(
            "strategy_args.strategy_config.gradient_accumulation_steps",
            f"`gradient_accumulation_steps: {shown(repeated)}` conflicts with `{steps}` in `training_args`",
            "remove `gradient_accumulation_steps` from `strategy_config`",
            also={"training_args.gradient_accumulation_steps": "ROLL computes the batch size from this value"},
        )
