"""
Preference data without a number of workers.

DPO hands `preprocessing_num_workers` to the data loader, which stops with a TypeError where it is null, after the
models are loaded.

    actor_train:
      data_args:   # error: [preprocessing-workers-missing]
        file_name: [pairs.jsonl]

Give a number:

    actor_train:
      data_args:
        file_name: [pairs.jsonl]
        preprocessing_num_workers: 8
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.dpo_config import DPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def preprocessing_workers_missing(config: DPOConfig) -> Iterator[Problem]:
    data = config.actor_train.data_args
    if data is not None and data.preprocessing_num_workers is None:
        place = "actor_train.data_args.preprocessing_num_workers"
        message = "DPO needs `preprocessing_num_workers`: its data loader takes no null"
        yield Problem(place, message, "Add `preprocessing_num_workers: 8`.")
