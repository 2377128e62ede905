"""
Unsupported ZeRO stage.

The rule checks the ZeRO stage against the strategy. `deepspeed_train` requires a stage above 0, although ROLL ships a
preset with stage 0. `deepspeed_infer` requires stage 3. An assertion fails when the workers start.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization: {stage: 0}   # error: [zero-stage-refused]

Partition the optimizer state at least:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization: {stage: 2}

References:

- ROLL 0.1.0-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, deepspeed train only supports zero > 0.
- ROLL 0.1.0-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, deepspeed infer only supports zero = 3.
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
    strategy = worker.strategy_args.strategy_name
    trains = strategy == "deepspeed_train"
    if (trains and stage == 0) or (not trains and stage != 3):
        message = f"`{strategy}` requires {'a ZeRO stage above 0' if trains else 'ZeRO stage 3'}, found stage `{stage}`"
        place = "strategy_args.strategy_config.zero_optimization.stage"
        yield Problem(place, message, f"set `stage: {2 if trains else 3}`")
