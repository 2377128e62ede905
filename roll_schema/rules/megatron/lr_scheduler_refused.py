"""
Unsupported learning-rate scheduler on Megatron.

ROLL's loader accepts any string as `lr_scheduler_type`. Megatron's workers accept the names that transformers knows and
Megatron implements, more since ROLL 0.2.0. They raise a ValueError for other names.

    actor_train:
      training_args: {lr_scheduler_type: polynomial}   # error: [lr-scheduler-refused]
      strategy_args: {strategy_name: megatron_train}

Use a supported scheduler:

    actor_train:
      training_args: {lr_scheduler_type: cosine}
      strategy_args: {strategy_name: megatron_train}

References:

- ROLL 0.1.0-0.3.0: mcore_adapter/src/mcore_adapter/trainer/utils.py, get_megatron_lr_scheduler
- transformers 5.19.0: transformers/training_args.py, SchedulerType(self.lr_scheduler_type)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_SINCE = {
    **dict.fromkeys(("constant", "constant_with_warmup", "cosine", "cosine_with_min_lr", "linear"), "0.1.0"),
    **dict.fromkeys(("inverse_sqrt", "cosine_warmup_with_min_lr", "warmup_stable_decay"), "0.2.0"),
}
"""The first release that maps a scheduler of transformers to one of Megatron."""

_NEVER = ("cosine_with_restarts", "polynomial", "reduce_lr_on_plateau", "greedy")
"""Other schedulers of transformers, which are no misspelling of those."""


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lr_scheduler_refused(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    if settings_of(worker, "megatron_train") is None:
        return
    name = worker.training_args.lr_scheduler_type
    known = [scheduler for scheduler, since in _SINCE.items() if context.release.matches(f">={since}")]
    if name not in known:
        message = f"unsupported `lr_scheduler_type` `{name}` on Megatron"
        otherwise = f"use one of {listed(known)}"
        misspelt = name not in _NEVER and name not in _SINCE
        advice, change = did_you_mean(name, known, otherwise) if misspelt else (otherwise, None)
        yield Problem("training_args.lr_scheduler_type", message, advice, change=change, certain=False)
