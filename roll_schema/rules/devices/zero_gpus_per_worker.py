"""
Workers with zero GPUs.

ROLL divides the number of GPUs by the GPUs per worker while it loads the config: the tensor × pipeline parallel size on
`vllm`, `num_gpus_per_worker` on other strategies. A zero raises a ZeroDivisionError that names no key.

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 0}}   # error: [zero-gpus-per-worker]
      device_mapping: list(range(0,8))

Use at least one GPU per worker:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 1}}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, WorkerConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_count, worker_sizes
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import last_key
from roll_schema.source.scalars import literal

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def zero_gpus_per_worker(worker: WorkerConfig) -> Iterator[Problem]:
    sizes = worker_sizes(worker)
    if not all(isinstance(size, (int, float)) and isfinite(size) for size in sizes.values()):
        return
    place = next((path for path, size in sizes.items() if size == 0), None)
    if place is not None and device_count(worker) is not None:
        key = last_key(place)
        yield Problem(
            place, f"`{key}` must be a positive integer, found `{literal(sizes[place])}`", f"set `{key}: 1` or more"
        )
