"""
`fsdp_size: 1`, which shards over all GPUs.

FSDP2 in ROLL takes 1 and less for "no groups": every parameter is sharded over all GPUs, the very opposite of what 1
says elsewhere.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 1}   # info: [fsdp2-size-one]
      device_mapping: list(range(0,8))

The number of GPUs says what happens:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {fsdp_size: 8}
      device_mapping: list(range(0,8))
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
    if settings is None or not devices or len(devices) == 1:
        return
    if settings.get("fsdp_size") == 1 and settings.get("fsdp_size") is not True:
        message = f"`fsdp_size: 1` shards over all {len(devices)} GPUs"
        advice = f"Write `fsdp_size: {len(devices)}`, which says so."
        yield Problem("strategy_args.strategy_config.fsdp_size", message, advice)
