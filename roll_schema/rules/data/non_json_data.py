"""
Non-JSON data.

RLVR of ROLL 0.1.0 and 0.1.3, its rollout pipeline, DPO, SFT and distillation read every data file as JSON. Another
format fails when the data is loaded.

    actor_train:
      data_args:
        file_name: [data/code.parquet]   # error: [non-json-data]

Convert it to JSON Lines:

    actor_train:
      data_args:
        file_name: [data/code.jsonl]

References:

- ROLL 0.1.3: roll/pipeline/rlvr/rlvr_pipeline.py, datasets.load_dataset("json", data_files=dataset_paths)
- ROLL 0.1.0-0.3.0: roll/pipeline/dpo/dpo_pipeline.py, datasets.load_dataset("json", data_files=dataset_paths)
- ROLL 0.1.1-0.3.0: roll/pipeline/sft/sft_pipeline.py, datasets.load_dataset("json", data_files=dataset_paths)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import known
from roll_schema.planning.workers import data_files_of, data_format, reads_only_json, workers_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def non_json_data(config: BaseConfig, context: Context) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        for place, name in known(data_files_of(role, worker)):
            # The lines of a `.txt` file may be JSON.
            if data_format(name) in ("parquet", "csv", "arrow"):
                message = f"`file_name` must be JSON or JSON Lines, found `{name}`"
                yield Problem(place, message, f"convert `{name}` to JSON Lines")

    if reads_only_json(context.pipeline, context.release):
        yield from each(workers_of(config), judge)
