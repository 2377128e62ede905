"""
Training in fp16 on FSDP2.

The rule finds `param_dtype: fp16` (or another name of it) on `fsdp2_train`. ROLL's FSDP2 strategy advances the
learning-rate schedule and clears the gradients only without fp16. With fp16 the learning rate stays at its first value,
and the gradients of all steps add up. Training continues without an error.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {param_dtype: fp16}   # error: [fp16-on-fsdp2]

Train in bf16:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {param_dtype: bf16}

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/fsdp2_strategy.py, FSDP2TrainStrategy.train_step
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.fsdp2.unknown_fsdp2_precision import HALF
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.DIFFERENT, releases=">=0.2.0")
def fp16_on_fsdp2(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "fsdp2_train")
    precision = settings.get("param_dtype") if settings else None
    if isinstance(precision, str) and precision.lower() in HALF:
        yield Problem(
            "strategy_args.strategy_config.param_dtype",
            f"`param_dtype: {precision}` breaks training: gradients are never cleared, the learning rate never changes",
            "set `param_dtype: bf16`",
        )
