"""
GPUs not divisible by the GPUs per worker.

ROLL starts one worker per slice of `device_mapping`. Its size is the tensor × pipeline parallel size on `vllm`,
`num_gpus_per_worker` on `sglang` and `hf_infer`, and 1 on every other strategy. An assertion stops the run at load when
GPUs are left over.

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 2}}
      device_mapping: list(range(0,7))   # error: [uneven-workers]

Use a multiple of the worker's size:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 2}}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, WorkerConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, prod
from typing import TYPE_CHECKING

from roll_schema.facts.devices import likeliest_cause
from roll_schema.planning.workers import device_count, worker_sizes
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import last_key

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def uneven_workers(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    sizes = worker_sizes(worker)
    # worker-size-not-a-number and zero-gpus-per-worker report sizes that ROLL cannot divide by.
    if not all(isinstance(size, (int, float)) for size in sizes.values()):
        return
    gpus, per_worker = device_count(worker), prod(sizes.values())
    if gpus is None or not isfinite(per_worker) or per_worker == 0 or gpus % per_worker == 0:
        return
    product = " × ".join(f"{size:g} {last_key(path).partition('_')[0]}" for path, size in sizes.items())
    message = f"{gpus} GPUs is not divisible by {per_worker:g} GPUs per worker"
    if len(sizes) > 1:
        message += f" ({product})"
    notes = {"device_mapping": f"{gpus} GPUs"} | dict.fromkeys(sizes, "GPUs per worker")
    place = likeliest_cause("device_mapping", gpus, sizes)
    advice = f"set `device_mapping` to a multiple of {abs(per_worker):g} GPUs"
    yield Problem(place, message, advice, context.where_set(notes))
