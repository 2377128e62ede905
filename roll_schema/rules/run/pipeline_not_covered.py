"""
A pipeline that roll-run's own engine does not run.

It runs RLVR on text: prompts of a data set, answers, rewards by rule. The other pipelines are ROLL's to start:
`roll-run --engine roll --roll-src DIR` checks the config and hands it over.

References:

- roll-run 0.1.0: roll_schema/facts/supported.py, PIPELINES
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR)
def pipeline_not_covered(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if context.pipeline not in supported.PIPELINES:
        yield Problem(
            "",
            f"roll-run's own engine runs {', '.join(supported.PIPELINES)}, not {context.pipeline}",
            "Start it with `--engine roll --roll-src DIR`.",
        )
