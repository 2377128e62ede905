"""
Missing `preprocessing_num_workers` for DPO.

DPO passes `preprocessing_num_workers` of the data to PyTorch's data loader. The default null raises a TypeError there,
after the data is encoded.

    actor_train:
      data_args:   # error: [preprocessing-workers-missing]
        file_name: [pairs.jsonl]

Set a number:

    actor_train:
      data_args:
        file_name: [pairs.jsonl]
        preprocessing_num_workers: 8

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/dpo/dpo_pipeline.py, DPOPipeline.__init__
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
        message = "missing `preprocessing_num_workers`: the data loader of DPO requires an integer"
        yield Problem(place, message, "set `preprocessing_num_workers: 8`")
