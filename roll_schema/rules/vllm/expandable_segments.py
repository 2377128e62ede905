"""
A memory allocator that does not go with vLLM's sleep mode.

ROLL lets vLLM sleep between rollouts. Releases of vLLM before 2026-04 refuse to start in that mode when
`PYTORCH_CUDA_ALLOC_CONF` holds `expandable_segments:True`.

    actor_infer:
      system_envs: {PYTORCH_CUDA_ALLOC_CONF: "expandable_segments:True"}   # warning: [expandable-segments]
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Only where it is wanted:

    actor_train:
      system_envs: {PYTORCH_CUDA_ALLOC_CONF: "expandable_segments:True"}
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_NAMES = ("PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF")


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def expandable_segments(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    if settings is None or settings.get("enable_sleep_mode") is False:
        return
    for name in _NAMES:
        value = worker.system_envs.get(name) if worker.system_envs else None
        if isinstance(value, str) and "expandable_segments:true" in value.lower():
            message = "vLLM's sleep mode does not go with `expandable_segments:True`"
            yield Problem(f"system_envs.{name}", message, "Delete it here, or write `enable_sleep_mode: false`.")
