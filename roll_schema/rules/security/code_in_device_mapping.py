"""
Python in `device_mapping` that does more than list numbers.

ROLL gives the text to `eval`. A call of anything but `list`, `range` and the like runs on the machine of whoever starts
the config, before anything else happens.

    actor_train:
      device_mapping: __import__("os").sched_getaffinity(0)   # error: [code-in-device-mapping]

Numbers only:

    actor_train:
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import why_opaque
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.DIFFERENT)
def code_in_device_mapping(worker: WorkerConfig) -> Iterator[Problem]:
    reason = why_opaque(worker.device_mapping)
    if reason is not None and reason.code:
        message = f"ROLL would run this as Python: `{reason.code}` does more than list GPU ids"
        yield Problem("device_mapping", message, "Write `list(range(0,8))`, or the ids themselves.")
