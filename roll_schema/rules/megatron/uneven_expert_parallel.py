"""
GPUs not divisible by expert-parallel size.

Megatron-Core requires that the number of GPUs is a multiple of expert tensor × expert × pipeline parallel size. It
raises an error when the workers start.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {expert_model_parallel_size: 3}   # warning: [uneven-expert-parallel]
      device_mapping: list(range(0,8))

Use a divisor:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {expert_model_parallel_size: 4}
      device_mapping: list(range(0,8))

References:

- Megatron-Core 00caa53: megatron/core/parallel_state.py, initialize_model_parallel
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_ids, settings_of, whole
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def uneven_expert_parallel(worker: WorkerConfig) -> Iterator[Problem]:
    settings, devices = settings_of(worker, "megatron_train", "megatron_infer"), device_ids(worker)
    if settings is None or not devices:
        return
    sizes = whole(settings, "expert_model_parallel_size", "pipeline_model_parallel_size", "tensor_model_parallel_size")
    if not sizes or sizes[0] == 1:
        return
    expert_tensor = settings.get("expert_tensor_parallel_size", sizes[2])
    if not isinstance(expert_tensor, int) or expert_tensor < 1:
        return
    copy = expert_tensor * sizes[0] * sizes[1]
    if len(devices) % copy:
        product = f"{expert_tensor} expert tensor × {sizes[0]} expert × {sizes[1]} pipeline"
        message = f"{len(devices)} GPUs is not divisible by {copy} GPUs per copy of the experts ({product})"
        advice = f"choose parallel sizes whose product divides {len(devices)}"
        yield Problem("strategy_args.strategy_config.expert_model_parallel_size", message, advice)
