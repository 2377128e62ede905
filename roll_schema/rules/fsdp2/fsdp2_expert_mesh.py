"""
Expert parallelism that does not fit the GPUs.

From ROLL 0.3.0 `ep_size` x `efsdp_size` must divide the GPUs of the role; `ep_size` above 1 needs transformers 5.2.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {ep_size: 3}   # error: [fsdp2-expert-mesh]
      device_mapping: list(range(0,8))

A divisor:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {ep_size: 4}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_ids, settings_of, whole
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.3.0")
def fsdp2_expert_mesh(worker: WorkerConfig) -> Iterator[Problem]:
    settings, devices = settings_of(worker, "fsdp2_train", "fsdp2_infer"), device_ids(worker)
    sizes = whole(settings, "ep_size", "efsdp_size") if settings else None
    if sizes and devices and sizes[0] > 1 and len(devices) % prod(sizes):
        message = f"{len(devices)} GPUs are no multiple of {sizes[0]} expert x {sizes[1]} shard ranks"
        advice = "Write sizes whose product divides the number of GPUs."
        yield Problem("strategy_args.strategy_config.ep_size", message, advice)
