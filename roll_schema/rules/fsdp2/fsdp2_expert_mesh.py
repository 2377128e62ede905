"""
Uneven expert-parallel sizes on FSDP2.

The rule multiplies `ep_size` and `efsdp_size`. The product must divide the number of GPUs of the role. Otherwise an
assertion fails when the workers start.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {ep_size: 3}   # error: [fsdp2-expert-mesh]
      device_mapping: list(range(0,8))

Use a divisor of the 8 GPUs:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {ep_size: 4}
      device_mapping: list(range(0,8))

References:

- ROLL 0.3.0: roll/distributed/strategy/fsdp2_strategy.py, FSDP2StrategyBase._prepare_fsdp2_model
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_ids, divisors, settings_of, whole
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.3.0")
def fsdp2_expert_mesh(worker: WorkerConfig) -> Iterator[Problem]:
    settings, devices = settings_of(worker, "fsdp2_train", "fsdp2_infer"), device_ids(worker)
    sizes = whole(settings, "ep_size", "efsdp_size") if settings else None
    if not sizes or not devices:
        return
    gpus, (experts, shards) = len(devices), sizes
    if experts > 1 and gpus % (experts * shards):
        fitting = gcd(shards, gpus)
        largest = max(size for size in divisors(gpus // fitting) if size <= experts)
        also_shards = f" and `efsdp_size: {fitting}`" if fitting != shards else ""
        yield Problem(
            "strategy_args.strategy_config.ep_size",
            f"{gpus} GPUs are not divisible by {experts * shards} (`ep_size` {experts} × `efsdp_size` {shards})",
            f"set `ep_size: {largest}`{also_shards}",
        )
