"""
A share of GPU memory for vLLM that is no share.

`gpu_memory_utilization` is the part of each GPU's memory that vLLM may take, above 0 and at most 1. vLLM refuses a
larger value, has no room for its KV cache with 0 or less, and cannot compare text with a number: the worker stops when
it starts.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: 80}   # error: [gpu-memory-utilization]

Write it as a fraction:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: 0.8}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule
from roll_schema.workers import settings_of

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, fails="at worker start")
def gpu_memory_utilization(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    if settings is None:
        return
    share = settings.get("gpu_memory_utilization", 0.9)
    if isinstance(share, (int, float)) and not isinstance(share, bool) and 0 < share <= 1:
        return
    shown = "null" if share is None else f'"{share}"' if isinstance(share, str) else f"{share}"
    percent = isinstance(share, (int, float)) and 10 <= share <= 100
    advice = f"gpu_memory_utilization: {share / 100:g}" if percent else "gpu_memory_utilization: 0.8"
    yield Problem(
        "strategy_args.strategy_config.gpu_memory_utilization",
        f"`gpu_memory_utilization` is {shown}, but vLLM takes a number above 0 and at most 1",
        help=f"Write a fraction of the GPU's memory: `{advice}`.",
    )
