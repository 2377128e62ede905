"""
A data file that is not there.

ROLL looks for relative paths from the folder that it is started in, and stops when the data set is loaded. Looked for
is from the folder that roll-lint is started in, and only where the file's own folder is there: elsewhere the data lies
on the cluster alone.

With `data/math.jsonl`, and nothing else in `data/`:

    actor_train:
      data_args:
        file_name: [data/maths.jsonl]

is a warning at the name, and silent with `data/math.jsonl`.
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
            advice, _ = did_you_mean(name, beside(name), "Correct the path, or put the file there.")
            yield Problem(place, f"there is no file `{name}`, though its folder is there", advice)
