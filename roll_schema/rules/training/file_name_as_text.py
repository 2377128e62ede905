"""
A data file that is not in a list.

Distillation, and RLVR of ROLL 0.1.0 and 0.1.3, go through `file_name` item by item: of a plain text they take each
letter for a file, and stop when the data is loaded.

    actor_train:
      data_args:
        file_name: data/math.jsonl   # error: [file-name-as-text]

Write a list, even of one:

    actor_train:
      data_args:
        file_name: [data/math.jsonl]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import workers_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=("rlvr", "distill"))
def file_name_as_text(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if context.pipeline == "rlvr" and context.release.name not in ("0.1.0", "0.1.3"):
        return
    roles = ("student",) if context.pipeline == "distill" else ("actor_train", "validation")

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        data = worker.data_args if role in roles else None
        if data is not None and isinstance(data.file_name, str):
            message = f"`file_name` is the text {data.file_name!r}, and ROLL takes each letter of it for a file"
            yield Problem(f"{role}.data_args.file_name", message, f"Write `file_name: [{data.file_name}]`.")

    yield from each(workers_of(config), judge)
