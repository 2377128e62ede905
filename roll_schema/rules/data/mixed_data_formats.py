"""
Data files of several formats.

ROLL reads all files of one `file_name` with the same reader, chosen by the extension. Files of different formats fail
when the data is loaded.

    # roll-lint --release 0.2.1
    actor_train:
      data_args:
        file_name: [data/math.jsonl, data/code.parquet]   # error: [mixed-data-formats]

Use one format:

    # roll-lint --release 0.2.1
    actor_train:
      data_args:
        file_name: [data/math.jsonl, data/code.jsonl]

References:

- ROLL 0.1.1-0.3.0: roll/datasets/dataset.py, get_dataset
- ROLL 0.1.0-0.3.0: roll/pipeline/distill/distill_vlm_pipeline.py, get_dataset
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


@rule(Severity.ERROR, effect=Effect.STARTUP, releases=">=0.1.1")
def mixed_data_formats(config: BaseConfig, context: Context) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        first = None
        for place, name in known(data_files_of(role, worker)):
            found = data_format(name)
            if first and found and found != first:
                message = f"`{name}` conflicts with the first file: expected format {first}, found {found}"
                yield Problem(place, message, f"convert `{name}` to {first}")
            first = first or found

    if not reads_only_json(context.pipeline, context.release):
        yield from each(workers_of(config), judge)
