"""
Executable code in `device_mapping`.

ROLL passes the string to `eval` while it loads the config. A call of anything but `list`, `range` and similar functions
runs on the machine of whoever starts the config.

    actor_train:
      device_mapping: __import__("os").sched_getaffinity(0)   # error: [code-in-device-mapping]

List GPU ids only:

    actor_train:
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, self.device_mapping = eval(self.device_mapping)
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
        message = f"`device_mapping` runs `{reason.code}` as Python code at load"
        yield Problem("device_mapping", message, "set `device_mapping: list(range(0,8))`")
