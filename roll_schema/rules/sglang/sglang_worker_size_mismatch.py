"""
SGLang worker size unlike its parallel sizes.

ROLL places SGLang workers by `num_gpus_per_worker` (default: 1). SGLang uses `tensor_parallel_size` ×
`pipeline_parallel_size` GPUs. Since ROLL 0.2.0, an assertion requires that this product is a multiple of the worker's
GPUs.

    actor_infer:
      num_gpus_per_worker: 2
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8, tensor_parallel_size: 3}   # error: [sglang-worker-size-mismatch]
      device_mapping: list(range(0,6))

Use the same number for both:

    actor_infer:
      num_gpus_per_worker: 2
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8, tensor_parallel_size: 2}
      device_mapping: list(range(0,6))

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/sglang_strategy.py, SgLangStrategy.initialize
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
def sglang_worker_size_mismatch(worker: WorkerConfig) -> Iterator[Problem]:
    settings, gpus = settings_of(worker, "sglang"), worker.num_gpus_per_worker
    if settings is None or "tensor_parallel_size" not in settings or gpus is None or gpus < 1:
        return
    sizes = whole(settings, "tensor_parallel_size", "pipeline_parallel_size")
    if sizes and (needed := prod(sizes)) != gpus:
        message = f"`num_gpus_per_worker: {gpus}` conflicts with the {needed} GPUs of SGLang ({sizes[0]} × {sizes[1]})"
        advice = f"set `num_gpus_per_worker: {needed}`"
        severity = None if needed % gpus else Severity.WARNING
        yield Problem("strategy_args.strategy_config.tensor_parallel_size", message, advice, severity=severity)
