"""
SGLang workers of another size than their tensor parallelism.

ROLL reckons with `num_gpus_per_worker`, 1 where it is left out, and SGLang with `tensor_parallel_size` x
`pipeline_parallel_size`. From ROLL 0.2.0 these must be a multiple of the GPUs that a worker sees.

    actor_infer:
      num_gpus_per_worker: 2
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8, tensor_parallel_size: 3}   # error: [sglang-worker-size]
      device_mapping: list(range(0,6))

The same on both:

    actor_infer:
      num_gpus_per_worker: 2
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8, tensor_parallel_size: 2}
      device_mapping: list(range(0,6))
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of, whole
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def sglang_worker_size(worker: WorkerConfig) -> Iterator[Problem]:
    settings, gpus = settings_of(worker, "sglang"), worker.num_gpus_per_worker
    if settings is None or "tensor_parallel_size" not in settings or gpus is None or gpus < 1:
        return
    sizes = whole(settings, "tensor_parallel_size", "pipeline_parallel_size")
    if sizes and (taken := prod(sizes)) != gpus:
        message = f"SGLang takes {taken} GPUs, and a worker has {gpus} (`num_gpus_per_worker`)"
        advice = f"Write `num_gpus_per_worker: {taken}`."
        severity = None if taken % gpus else Severity.WARNING
        yield Problem("strategy_args.strategy_config.tensor_parallel_size", message, advice, severity=severity)
