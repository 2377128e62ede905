"""
Two lengths of warm-up.

With `warmup_steps` above 0, `warmup_ratio` is not used.

    actor_train:
      training_args:
        warmup_steps: 10
        warmup_ratio: 0.1   # warning: [warmup-given-twice]

One of them:

    actor_train:
      training_args:
        warmup_steps: 10
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def warmup_given_twice(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    steps, ratio = worker.training_args.warmup_steps, worker.training_args.warmup_ratio
    if steps > 0 and ratio > 0 and context.is_set("training_args.warmup_ratio"):
        yield Problem(
            "training_args.warmup_ratio",
            f"`warmup_ratio: {ratio:g}` is not used beside `warmup_steps: {steps}`",
            "Delete one of them.",
            also={"training_args.warmup_steps": "what counts"},
        )
