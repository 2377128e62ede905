"""
A GPU that one group of workers lists twice.

ROLL counts the entries of `device_mapping`, not the GPUs: the GPU gets two workers (or two ranks of one worker), which
share its memory and its time, or fail when NCCL finds two ranks on one GPU.

    actor_infer:
      device_mapping: list(range(0,4)) + list(range(3,7))   # warning: [duplicate-device]

List each GPU once:

    actor_infer:
      device_mapping: list(range(0,4)) + list(range(4,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.planning.workers import device_ids
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WASTEFUL)
def duplicate_device(worker: WorkerConfig) -> Iterator[Problem]:
    devices = device_ids(worker) or []
    gpus = len(set(devices))
    if gpus == len(devices):
        return
    seen: set[int] = set()
    repeated = [device for device in devices if device in seen or seen.add(device)]  # type: ignore[func-returns-value]
    which = f"GPU {ranges(repeated)} is" if len(set(repeated)) == 1 else f"GPUs {ranges(repeated)} are"
    message = f"{which} listed more than once: {len(devices)} entries for {gpus} GPU{'s' if gpus > 1 else ''}"
    yield Problem("device_mapping", message, help="List each GPU of the group once.")
