"""
GPUs that cannot be shared evenly among a group's workers.

ROLL starts one worker per so many GPUs (`vllm`: tensor x pipeline parallel size; `sglang` and `hf_infer`:
`num_gpus_per_worker`; every other strategy: 1) and stops with an assertion when some are left over.

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 2}}
      device_mapping: list(range(0,7))   # error: [uneven-device-mapping]

Give the group a multiple:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 2}}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, prod
from typing import TYPE_CHECKING

from roll_schema.devices import likeliest_cause
from roll_schema.diagnostic import Severity
from roll_schema.models.section import Settings
from roll_schema.rule import Context, Problem, rule
from roll_schema.workers import device_ids

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

SETTINGS = "strategy_args.strategy_config"
VLLM_SIZES = ("tensor_parallel_size", "pipeline_parallel_size")


@rule(Severity.ERROR, fails="at load")
def uneven_device_mapping(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    strategy = worker.strategy_args
    if strategy is None:
        return
    sizes: dict[str, object] = {}
    if strategy.strategy_name == "vllm":
        settings = strategy.strategy_config or Settings()
        sizes = {f"{SETTINGS}.{key}": settings.get(key, 1) for key in VLLM_SIZES}
    elif strategy.strategy_name in ("sglang", "hf_infer"):
        sizes = {"num_gpus_per_worker": worker.num_gpus_per_worker}
    devices = device_ids(worker)
    if devices is None or not sizes:
        return
    for path, size in sizes.items():
        if size is None or isinstance(size, (str, list, dict)):
            shown = "null" if size is None else f'"{size}"' if isinstance(size, str) else "no number"
            number = max(int(size), 1) if isinstance(size, str) and size.isdecimal() else 1
            key = path.rpartition(".")[2]
            message = f"`{key}` is {shown}, and ROLL counts GPUs with it"
            yield Problem(path, message, f"Write a number: `{key}: {number}`.")
            return
    numbers = {path: size for path, size in sizes.items() if isinstance(size, (int, float)) and 0 <= size < inf}
    whole = {path: int(size) for path, size in numbers.items()}
    if whole != sizes:
        return
    gpus, per_worker = len(devices), prod(whole.values())
    names = " x ".join(path.rpartition(".")[2] for path in sizes)
    if per_worker == 0:
        zero = next(path for path, size in whole.items() if size == 0)
        message = f"workers of 0 GPUs ({names}): ROLL divides {gpus} GPUs by it"
        yield Problem(zero, message, help=f"Write the GPUs of one worker, at least `{zero.rpartition('.')[2]}: 1`.")
    elif left := gpus % per_worker:
        workers = gpus // per_worker
        message = f"{gpus} GPUs = {workers} x {per_worker} + {left}: workers of {per_worker} GPUs leave {left} over"
        place = likeliest_cause("device_mapping", gpus, whole)
        notes = {"device_mapping": f"{gpus} GPUs"}
        notes |= {path: f"GPUs per worker = {names}" for path in sizes if context.is_set(path)}
        notes.pop(place, None)
        advice = f"Give the group a multiple of {per_worker} GPUs, or workers of another size."
        yield Problem(place, message, advice, notes)
