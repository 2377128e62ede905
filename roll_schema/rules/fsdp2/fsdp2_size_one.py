"""
`fsdp_size: 1` on several GPUs.

The rule finds `fsdp_size: 1` for a role with more than one GPU. ROLL's FSDP2 strategy reads 1 and less as "no groups"
and shards every parameter over all GPUs. In other frameworks, a shard size of 1 means no sharding.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 1}   # info: [fsdp2-size-one]
      device_mapping: list(range(0,8))

Set the number of GPUs, which has the same effect:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 8}
      device_mapping: list(range(0,8))

References:

- ROLL 0.2.0-0.2.1: roll/distributed/strategy/fsdp2_strategy.py, create_device_mesh_with_ulysses
- ROLL 0.3.0: roll/distributed/strategy/fsdp2_strategy.py, create_device_mesh_with_ep
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_ids, settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.DIFFERENT, releases=">=0.2.0")
def fsdp2_size_one(worker: WorkerConfig) -> Iterator[Problem]:
    settings, devices = settings_of(worker, "fsdp2_train", "fsdp2_infer"), device_ids(worker)
    # With Ulysses, ROLL 0.2 picks a size by itself, and later releases refuse a size of 1.
    if settings is None or not devices or len(devices) == 1 or (worker.model_args.ulysses_size or 1) > 1:
        return
    size = settings.get("fsdp_size")
    if size == 1 and size is not True:
        yield Problem(
            "strategy_args.strategy_config.fsdp_size",
            f"`fsdp_size: 1` shards over all {len(devices)} GPUs",
            f"set `fsdp_size: {len(devices)}`",
        )
