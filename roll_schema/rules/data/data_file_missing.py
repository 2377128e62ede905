"""
Missing data file.

ROLL resolves relative paths from its working directory, and fails when it loads data from a file that does not exist.
The rule resolves them from the working directory of roll-lint. It reports a file only if its folder exists: other data
is on the cluster only.

With `data/math.jsonl` and no other file in `data/`, this is a warning at the name:

    actor_train:
      data_args:
        file_name: [data/maths.jsonl]

`data/math.jsonl` exists.

References:

- ROLL 0.1.1-0.3.0: roll/datasets/dataset.py, get_dataset
- ROLL 0.1.0-0.3.0: roll/pipeline/dpo/dpo_pipeline.py, DPOPipeline.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.dataset import beside, is_absent
from roll_schema.planning.workers import data_files
from roll_schema.rules.rule import Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, effect=Effect.STARTUP)
def data_file_missing(config: BaseConfig) -> Iterator[Problem]:
    for place, name in data_files(config):
        if is_absent(name):
            advice, _ = did_you_mean(name, beside(name), "set `file_name` to a file that exists")
            yield Problem(place, f"missing data file `{name}`", advice)
