"""
`gpu_memory_utilization` out of range.

`gpu_memory_utilization` is the share of each GPU's memory that vLLM may use, above 0 and at most 1. vLLM refuses a
larger value, and with 0 or less it has no room for the KV cache: the worker stops when it starts. A quoted number is a
warning: newer releases of vLLM convert it, older releases fail on it.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: 80}   # error: [gpu-memory-utilization-out-of-range]

Use a fraction:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: 0.8}

A quoted number:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: "0.8"}   # warning: [gpu-memory-utilization-out-of-range]

References:

- vLLM 0.32.0: vllm/config/cache.py, CacheConfig
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import literal

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def gpu_memory_utilization_out_of_range(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    if settings is None:
        return
    share = settings.get("gpu_memory_utilization", 0.9)
    number = _number(share)
    if number == share and not isinstance(share, bool) and _is_share(number):
        return
    percent = number / 100 if number >= 10 else number
    advice = f"gpu_memory_utilization: {percent:g}" if _is_share(percent) else "gpu_memory_utilization: 0.8"
    yield Problem(
        "strategy_args.strategy_config.gpu_memory_utilization",
        f"`gpu_memory_utilization` must be a number above 0 and at most 1, found `{literal(share)}`",
        help=f"set `{advice}`",
        severity=Severity.WARNING if _is_share(number) else None,
    )


def _is_share(number: float) -> bool:
    return 0 < number <= 1


def _number(share: object) -> float:
    """The number to which newer releases of vLLM convert a value; NaN where they cannot."""
    try:
        return float(share) if isinstance(share, (int, float, str)) else math.nan
    except (ValueError, OverflowError):
        return math.nan
