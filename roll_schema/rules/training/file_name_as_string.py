"""
Data file as a string instead of a list.

RLVR of ROLL 0.1.0 and 0.1.3, DPO and distillation extend a list by `file_name` of the training data. They take a string
for a list of its characters, and fail when the data is loaded: no file has such a name.

    actor_train:
      data_args:
        file_name: data/math.jsonl   # error: [file-name-as-string]

Write a list, even of one file:

    actor_train:
      data_args:
        file_name: [data/math.jsonl]

References:

- ROLL 0.1.3: roll/pipeline/rlvr/rlvr_pipeline.py, dataset_paths.extend(
- ROLL 0.1.0-0.3.0: roll/pipeline/dpo/dpo_pipeline.py, DPOPipeline.__init__
- ROLL 0.1.0-0.3.0: roll/pipeline/distill/distill_pipeline.py, DistillPipeline.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import reads_only_lists, worker_at
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import quoted, shown

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, pipelines=("rlvr", "dpo", "distill"))
def file_name_as_string(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if context.pipeline == "rlvr" and not reads_only_lists(context.pipeline, context.release):
        return
    trainer = "student" if context.pipeline == "distill" else "actor_train"
    worker = worker_at(config, trainer)
    name = worker.data_args.file_name if worker is not None and worker.data_args is not None else None
    if isinstance(name, str):
        message = f"`file_name` must be a list of files, found string {quoted(name)}"
        yield Problem(f"{trainer}.data_args.file_name", message, f"set `file_name: {shown([name])}`")
