"""
A data file that roll-run does not read.

It reads JSON Lines, and JSON with a list of rows.

    actor_train:
      data_args:
        file_name:
          - data/train.parquet   # error: [data-not-covered]

Convert it:

    actor_train:
      data_args:
        file_name:
          - data/train.jsonl

References:

- roll-run 0.1.0: roll_schema/facts/supported.py, DATA
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.planning.workers import data_files
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR)
def data_not_covered(config: BaseConfig) -> Iterator[Problem]:
    for place, name in data_files(config):
        if not name.endswith(supported.DATA):
            yield Problem(
                place, f"roll-run reads {' and '.join(supported.DATA)}, not {name}", "Convert it to JSON Lines."
            )
