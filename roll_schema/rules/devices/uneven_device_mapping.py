"""
GPUs that cannot be shared evenly among a group's workers.

ROLL starts one worker per so many GPUs (`vllm`: tensor x pipeline parallel size; `sglang` and `hf_infer`:
`num_gpus_per_worker`; every other strategy: 1) and stops with an assertion when some are left over. It divides by the
number as well, so that `num_gpus_per_worker: 0` fails on every strategy but `vllm`.

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
from math import isfinite, prod
from typing import TYPE_CHECKING

from roll_schema.facts.devices import likeliest_cause
from roll_schema.models.section import Settings
from roll_schema.planning.workers import device_count, runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

SETTINGS = "strategy_args.strategy_config"
VLLM_SIZES = ("tensor_parallel_size", "pipeline_parallel_size")


@rule(Severity.ERROR, effect=Effect.LOAD)
def uneven_device_mapping(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    sizes = _sizes(worker)
    for path, size in sizes.items():
        if not isinstance(size, (int, float)):
            shown = "null" if size is None else f'"{size}"' if isinstance(size, str) else "no number"
            number = max(int(size), 1) if isinstance(size, str) and size.isdecimal() else 1
            key = path.rpartition(".")[2]
            if device_count(worker) is not None:
                message = f"`{key}` is {shown}, and ROLL counts GPUs with it"
                yield Problem(path, message, f"Write a number: `{key}: {number}`.")
            return
    numbers = {path: size for path, size in sizes.items() if isinstance(size, (int, float))}
    gpus, per_worker = device_count(worker), prod(numbers.values())
    if gpus is None or not sizes or not isfinite(per_worker):
        return
    names = " x ".join(path.rpartition(".")[2] for path in sizes)
    if per_worker == 0:
        zero = next(path for path, size in numbers.items() if size == 0)
        message = f"workers of 0 GPUs ({names}): ROLL divides {gpus} GPUs by it"
        yield Problem(zero, message, help=f"Write the GPUs of one worker, at least `{zero.rpartition('.')[2]}: 1`.")
    elif left := gpus % per_worker:
        workers, split = gpus // per_worker, f"workers of {per_worker:g} GPUs"
        message = f"{gpus} GPUs = {workers:g} x {per_worker:g} + {left:g}: {split} leave {left:g} over"
        if per_worker < 0:
            message = f"{gpus} GPUs cannot be split among {split} ({names})"
        place = likeliest_cause("device_mapping", gpus, numbers)
        notes = {"device_mapping": f"{gpus} GPUs"} | dict.fromkeys(sizes, f"GPUs per worker = {names}")
        advice = f"Give the group a multiple of {abs(per_worker):g} GPUs, or workers of another size."
        yield Problem(place, message, advice, context.where_set(notes))


def _sizes(worker: WorkerConfig) -> dict[str, object]:
    """The settings whose product is the GPUs per worker; what would be replaced by 1 is none."""
    if worker.strategy_args is not None and runs_on(worker, "vllm"):
        settings = worker.strategy_args.strategy_config or Settings()
        return {f"{SETTINGS}.{key}": settings.get(key, 1) for key in VLLM_SIZES}
    size = worker.num_gpus_per_worker
    as_written = worker.strategy_args is None or runs_on(worker, "sglang", "hf_infer")
    return {"num_gpus_per_worker": size} if as_written or size <= 1 else {}
