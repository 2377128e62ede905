"""
SGLang workers of another size than their tensor parallelism.

ROLL reckons with `num_gpus_per_worker`, 1 where it is left out, and SGLang with `tensor_parallel_size` x
`pipeline_parallel_size`. From ROLL 0.2.0 these must be a multiple of the GPUs that a worker sees.

    actor_infer:
      num_gpus_per_worker: 2
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8, tensor_parallel_size: 3}   # error: [sglang-parallelism]
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
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, fails="at worker start")
def sglang_parallelism(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    settings, mine = settings_of(worker, "sglang"), worker.num_gpus_per_worker
    if settings is None or mine is None or mine < 1:
        return
    place = "strategy_args.strategy_config"
    if "tensor_parallel_size" in settings:
        sizes = whole(settings, "tensor_parallel_size", "pipeline_parallel_size")
        if sizes and prod(sizes) != mine:
            broken = prod(sizes) % mine != 0
            message = f"SGLang takes {prod(sizes)} GPUs, and a worker has {mine} (`num_gpus_per_worker`)"
            advice = f"Write `num_gpus_per_worker: {prod(sizes)}`."
            severity = None if broken else Severity.WARNING
            yield Problem(f"{place}.tensor_parallel_size", message, advice, severity=severity)
    if settings.get("pipeline_parallel_size", 1) != 1 and context.release.matches(">=0.2.0"):
        message = "`pipeline_parallel_size` is taken out and never reaches SGLang"
        advice = "Use `tensor_parallel_size` instead."
        field = f"{place}.pipeline_parallel_size"
        yield Problem(field, message, advice, severity=Severity.WARNING, fails="silently")
    if settings.get("grpc_mode") is True and context.release.matches(">=0.2.1"):
        yield Problem(f"{place}.grpc_mode", "`grpc_mode` is not implemented", "Delete it.")
