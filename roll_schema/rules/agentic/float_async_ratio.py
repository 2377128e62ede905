"""
Float as `async_generation_ratio` of an agentic pipeline.

Detects a float, even `1.0`. The loader accepts it, since ROLL declares the key as a float, but the agentic pipelines
need an integer: the first rollout stops with a TypeError. RLVR accepts `1.5`.

    async_generation_ratio: 1.0   # error: [float-async-ratio]

Use an integer:

    async_generation_ratio: 1

References:

- ROLL 0.1.3-0.3.0: roll/distributed/scheduler/rollout_scheduler.py, GroupQueue.advance_step
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3")
def float_async_ratio(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    ratio = context.written("async_generation_ratio")
    if isinstance(ratio, float):
        message = f"`async_generation_ratio` must be an integer in agentic pipelines, found float `{shown(ratio)}`"
        nearest = max(round(ratio), 0) if isfinite(ratio) else 1
        yield Problem("async_generation_ratio", message, f"set `async_generation_ratio: {nearest}`")
