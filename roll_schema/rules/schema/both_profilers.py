"""
Both profilers enabled.

ROLL runs one profiler at a time. It asserts at load that at most one of `profiler_timeline` and `profiler_memory` is
on.

    profiler_timeline: true
    profiler_memory: true   # error: [both-profilers]

Keep one:

    profiler_memory: true

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, ensure that only one profiling mode is enabled at a time
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def both_profilers(config: BaseConfig) -> Iterator[Problem]:
    if config.profiler_timeline and config.profiler_memory:
        message = "`profiler_memory` conflicts with `profiler_timeline`: ROLL runs one profiler at a time"
        also = {"profiler_timeline": "the other profiler"}
        yield Problem("profiler_memory", message, "remove `profiler_memory` or `profiler_timeline`", also)
