"""
A learning-rate schedule that Megatron does not have.

The loader takes any text; Megatron's workers know a few schedules and stop with a ValueError at another name of
transformers.

    actor_train:
      training_args: {lr_scheduler_type: polynomial}   # error: [lr-scheduler-refused]
      strategy_args: {strategy_name: megatron_train}

Write one that Megatron has:

    actor_train:
      training_args: {lr_scheduler_type: cosine}
      strategy_args: {strategy_name: megatron_train}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


KNOWN = ("constant", "constant_with_warmup", "cosine", "cosine_with_min_lr", "linear", "inverse_sqrt", "WSD")


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lr_scheduler_refused(worker: WorkerConfig) -> Iterator[Problem]:
    if settings_of(worker, "megatron_train") is None:
        return
    name = worker.training_args.lr_scheduler_type
    if name not in KNOWN:
        listed = ", ".join(f"`{known}`" for known in KNOWN)
        message = f"Megatron has no schedule `{name}`, it has {listed}"
        advice, change = did_you_mean(name, KNOWN, "Write one of these.")
        yield Problem("training_args.lr_scheduler_type", message, advice, change=change, certain=False)
