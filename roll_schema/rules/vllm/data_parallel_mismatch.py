"""
vLLM data-parallel size unlike the workers.

Since ROLL 0.2.0, a `data_parallel_size` above 1 must equal the number of workers of the role. ROLL asserts it when the
engines start.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 2, data_parallel_size: 2}   # error: [data-parallel-mismatch]
      device_mapping: list(range(0,8))

Use the number of workers (8 GPUs / 2):

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 2, data_parallel_size: 4}
      device_mapping: list(range(0,8))

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.initialize
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_ids, gpus_per_worker, settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def data_parallel_mismatch(worker: WorkerConfig) -> Iterator[Problem]:
    settings, devices, size = settings_of(worker, "vllm"), device_ids(worker), gpus_per_worker(worker)
    if settings is None or not devices or not size or len(devices) % size:
        return
    ranks, workers = settings.get("data_parallel_size"), len(devices) // size
    if isinstance(ranks, int) and ranks > 1 and ranks != workers:
        division = f"{len(devices)} GPUs / {size} per worker"
        message = f"`data_parallel_size` must be the number of workers, {workers} ({division}), found `{ranks}`"
        advice = f"set `data_parallel_size: {workers}`"
        yield Problem("strategy_args.strategy_config.data_parallel_size", message, advice)
