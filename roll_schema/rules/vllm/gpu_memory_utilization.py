"""
A share of GPU memory for vLLM that is no share.

`gpu_memory_utilization` is the part of each GPU's memory that vLLM may take, above 0 and at most 1. vLLM refuses a
larger value, and has no room for its KV cache with 0 or less: the worker stops when it starts. A quoted number is a
warning: newer releases of vLLM take it for the number, older ones fail to compare it with one.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: 80}   # error: [gpu-memory-utilization]

Write it as a fraction:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: 0.8}

A quoted number:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: "0.8"}   # warning: [gpu-memory-utilization]
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def gpu_memory_utilization(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    if settings is None:
        return
    share = settings.get("gpu_memory_utilization", 0.9)
    number = _number(share)
    if number == share and not isinstance(share, bool) and _is_share(number):
        return
    said = f'"{share}"' if isinstance(share, str) else shown(share)
    percent = number / 100 if number >= 10 else number
    advice = f"gpu_memory_utilization: {percent:g}" if _is_share(percent) else "gpu_memory_utilization: 0.8"
    yield Problem(
        "strategy_args.strategy_config.gpu_memory_utilization",
        f"`gpu_memory_utilization` is {said}, but vLLM takes a number above 0 and at most 1",
        help=f"Write a fraction of the GPU's memory: `{advice}`.",
        severity=Severity.WARNING if _is_share(number) else None,
    )


def _is_share(number: float) -> bool:
    return 0 < number <= 1


def _number(share: object) -> float:
    """The number that newer releases of vLLM make of a value, not a number where they make none."""
    try:
        return float(share) if isinstance(share, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        return math.nan
