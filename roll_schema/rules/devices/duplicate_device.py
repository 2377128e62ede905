"""
Duplicate GPU in a device mapping.

ROLL counts the entries of `device_mapping`, not the GPUs. A duplicate GPU gets two workers, or two ranks of one worker.
They share its memory and compute, or fail when NCCL finds two ranks on one GPU.

    actor_infer:
      device_mapping: list(range(0,4)) + list(range(3,7))   # warning: [duplicate-device]

List each GPU once:

    actor_infer:
      device_mapping: list(range(0,4)) + list(range(4,8))

References:

- ROLL 0.1.0-0.3.0: roll/distributed/scheduler/resource_manager.py, ResourceManager.allocate_placement_group
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import gpus
from roll_schema.planning.workers import device_ids
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WASTEFUL)
def duplicate_device(worker: WorkerConfig) -> Iterator[Problem]:
    devices = device_ids(worker) or []
    count = len(set(devices))
    if count == len(devices):
        return
    seen: set[int] = set()
    repeated = [device for device in devices if device in seen or seen.add(device)]  # type: ignore[func-returns-value]
    message = f"duplicate {gpus(repeated)} in `device_mapping` ({len(devices)} entries, {count} distinct)"
    yield Problem("device_mapping", message, help="list each GPU once in `device_mapping`")
