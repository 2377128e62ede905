"""
vLLM's own data parallelism with another size than the cluster.

From ROLL 0.2.0 a `data_parallel_size` above 1 must equal the number of rollout workers, which ROLL asserts when the
engines start.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 2, data_parallel_size: 2}   # error: [data-parallel-mismatch]
      device_mapping: list(range(0,8))

8 GPUs / 2 are 4 workers:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {tensor_parallel_size: 2, data_parallel_size: 4}
      device_mapping: list(range(0,8))
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
    wanted, workers = settings.get("data_parallel_size"), len(devices) // size
    if isinstance(wanted, int) and wanted > 1 and wanted != workers:
        count = f"{len(devices)} / {size} = {workers} (GPUs / GPUs per worker)"
        message = f"`data_parallel_size` is {wanted}, but the number of workers is {count}"
        advice = f"Write `data_parallel_size: {workers}`, or delete it."
        yield Problem("strategy_args.strategy_config.data_parallel_size", message, advice)
