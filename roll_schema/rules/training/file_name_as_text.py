"""
A data file that is not in a list.

RLVR of ROLL 0.1.3 goes through `file_name` item by item: of a plain text it takes each letter for a file, and stops
when the data is loaded.

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

from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, fails="at start", releases="==0.1.3", pipelines=("rlvr",))
def file_name_as_text(config: RLVRConfig) -> Iterator[Problem]:
    for role, worker in (("actor_train", config.actor_train), ("validation", config.validation)):
        data = worker.data_args if worker is not None else None
        if data is not None and isinstance(data.file_name, str):
            message = f"`file_name` is the text {data.file_name!r}, and ROLL takes each letter of it for a file"
            yield Problem(f"{role}.data_args.file_name", message, f"Write `file_name: [{data.file_name}]`.")
