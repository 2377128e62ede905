"""
A ratio of asynchronous generation that is written with a fraction.

The agentic pipelines count with it: a number with a point, even `1.0`, passes the loader, whose type is a number, and
stops the first rollout with a TypeError. (RLVR takes 1.5.)

    async_generation_ratio: 1.0   # error: [fractional-async-ratio]

Write an integer:

    async_generation_ratio: 1
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
def fractional_async_ratio(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    ratio = context.written("async_generation_ratio")
    if isinstance(ratio, float):
        message = f"`async_generation_ratio` is {shown(ratio)}, and the agentic pipelines count with an integer only"
        whole = max(round(ratio), 0) if isfinite(ratio) else 1
        yield Problem("async_generation_ratio", message, f"Write `async_generation_ratio: {whole}`.")
