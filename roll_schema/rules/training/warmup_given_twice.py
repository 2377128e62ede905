"""
Two lengths for one warmup.

`warmup_steps` above 0 takes precedence over `warmup_ratio`, which then has no effect.

    actor_train:
      training_args:
        warmup_steps: 10
        warmup_ratio: 0.1   # warning: [warmup-given-twice]

Keep one of them:

    actor_train:
      training_args:
        warmup_steps: 10

References:

- ROLL 0.1.0-0.3.0: roll/configs/training_args.py, TrainingArguments.get_warmup_steps
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
            f"`warmup_ratio: {ratio:g}` is ignored: `warmup_steps: {steps}` takes precedence",
            "remove `warmup_ratio`, or `warmup_steps`",
            also=context.where_set({"training_args.warmup_steps": "takes precedence"}),
        )
