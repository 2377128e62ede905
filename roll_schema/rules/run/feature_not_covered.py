"""
Setting that roll-run refuses.

roll-run says of every field of a config what it makes of it: it is used, it has no effect here, or it is refused. A
refused setting would change the run, and roll-run does not implement it, so it does not start.

    async_generation_ratio: 1   # error: [feature-not-covered]
    actor_train:
      model_args: {ulysses_size: 2}   # error: [feature-not-covered]
      use_dynamic_batching_in_train: true   # error: [feature-not-covered]

Remove the setting, or run the config in ROLL with `--engine roll`:

    async_generation_ratio: 0
    actor_train:
      model_args: {ulysses_size: 1}

References:

- roll-run 0.1.0: roll_schema/facts/coverage.py, ROWS
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import coverage
from roll_schema.models.each import each
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity
from roll_schema.source.path import last_key
from roll_schema.source.scalars import shown
from roll_schema.source.tree import walk

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig
    from roll_schema.source.tree import Node


@rule(Severity.ERROR)
def feature_not_covered(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    def judge(path: str, _: Node) -> Iterator[Problem]:
        row = coverage.row_of(path)
        if row is None or row.admits(value := context.written(path)):
            return
        yield Problem(
            path,
            f"roll-run refuses `{last_key(path)}: {shown(value)}`: {row.why}",
            f"remove `{path}`, or add `--engine roll` to run it in ROLL",
        )

    yield from each(walk(context.root), judge)
