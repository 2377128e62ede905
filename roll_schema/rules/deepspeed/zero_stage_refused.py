"""
A ZeRO stage that the strategy does not run with.

`deepspeed_train` asserts a stage above 0 when its workers start, although ROLL ships a preset with stage 0;
`deepspeed_infer` asserts stage 3.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization: {stage: 0}   # error: [zero-stage-refused]

Shard at least the optimizer:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization: {stage: 2}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import zero_settings
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases="<0.3.0")
def zero_stage_refused(worker: WorkerConfig) -> Iterator[Problem]:
    zero = zero_settings(worker, "deepspeed_train", "deepspeed_infer")
    stage = zero.get("stage", 0) if zero is not None else None
    if worker.strategy_args is None or type(stage) is not int:
        return
    name = worker.strategy_args.strategy_name
    trains = name == "deepspeed_train"
    if (trains and stage == 0) or (not trains and stage != 3):
        wanted = "a stage above 0" if trains else "stage 3"
        message = f"`{name}` runs only with {wanted}, but this is stage {stage}"
        place = "strategy_args.strategy_config.zero_optimization.stage"
        yield Problem(place, message, f"Write `stage: {2 if trains else 3}`.")
