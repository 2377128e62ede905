"""
Two numbers of passes per optimizer step.

ROLL writes batch sizes into DeepSpeed's settings, but not `gradient_accumulation_steps`. A number there that is not
that of `training_args` breaks DeepSpeed's own check of the batch when the workers start, and so does an `auto`, which
only Hugging Face's trainer fills in.

    actor_train:
      training_args: {gradient_accumulation_steps: 8}
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {gradient_accumulation_steps: 4}   # warning: [accumulation-disagrees]

In `training_args` only:

    actor_train:
      training_args: {gradient_accumulation_steps: 8}
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def accumulation_disagrees(worker: WorkerConfig) -> Iterator[Problem]:
    settings, outer = settings_of(worker, "deepspeed_train"), worker.training_args.gradient_accumulation_steps
    inner = settings.get("gradient_accumulation_steps") if settings else None
    if inner != outer and (inner == "auto" or isinstance(inner, (int, float))):
        yield Problem(
            "strategy_args.strategy_config.gradient_accumulation_steps",
            f"DeepSpeed is told `{inner}` passes per step, and the pipeline {outer}",
            "Delete it here.",
            also={"training_args.gradient_accumulation_steps": "what the pipeline takes"},
        )
