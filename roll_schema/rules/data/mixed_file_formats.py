"""
Data files that one reader cannot read.

All files of a `file_name` are read alike, by the extension of the first. DPO, SFT and distillation always read JSON:
a parquet or csv file stops them when the data set is loaded.

    actor_train:
      data_args:
        file_name: [data/math.jsonl, data/code.parquet]   # error: [mixed-file-formats]

Of one kind:

    actor_train:
      data_args:
        file_name: [data/math.jsonl, data/code.jsonl]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import known
from roll_schema.planning.workers import data_files_of, workers_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


_JSON_ONLY = ("dpo", "sft", "distill", "distill_vl")
_FORMATS = {"json": "json", "jsonl": "json", "parquet": "parquet", "csv": "csv", "arrow": "arrow", "txt": "text"}


@rule(Severity.ERROR, effect=Effect.STARTUP, releases=">=0.1.1")
def mixed_file_formats(config: BaseConfig, context: Context) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        first = ""
        for place, name in known(data_files_of(role, worker)):
            kind = _FORMATS.get(name.rpartition("/")[2].rpartition(".")[2].lower())
            if kind is None:
                continue
            if context.pipeline in _JSON_ONLY and kind != "json":
                yield Problem(place, f"`{name}` is no JSON, which is all that this pipeline reads", "Convert it.")
            elif first and kind != first:
                message = f"`{name}` is {kind} among files that are {first}: one reader reads them all"
                yield Problem(place, message, "Bring all files into one format.")
            first = first or kind

    yield from each(workers_of(config), judge)
