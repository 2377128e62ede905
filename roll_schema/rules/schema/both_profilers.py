"""
Both profilers at once.

ROLL asserts at load that at most one of `profiler_timeline` and `profiler_memory` is on.

    profiler_timeline: true
    profiler_memory: true   # error: [both-profilers]

Keep one:

    profiler_memory: true
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
        message = "`profiler_timeline` and `profiler_memory` are both on, and ROLL runs one profiler at a time"
        yield Problem("profiler_memory", message, "Switch one of them off.", {"profiler_timeline": "the other one"})
