"""
A `device_mapping` that only running it can tell.

ROLL gives the text to Python's `eval` while it loads the config, with everything that Python can do. roll-lint never
runs it: it reads ranges, lists, tuples, sets, `+`, `*` and comprehensions, and skips every rule that needs the devices
where there is more than that.

    actor_infer:
      device_mapping: "[x for x in range(16) if x % 2]"   # warning: [opaque-device-mapping]

The same devices in a form that can be read:

    actor_infer:
      device_mapping: list(range(1,16,2))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import why_opaque
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.LOAD)
def opaque_device_mapping(worker: WorkerConfig) -> Iterator[Problem]:
    reason = why_opaque(worker.device_mapping)
    if reason is None or reason.code:
        return  # code-in-device-mapping says more
    message = f"these devices are not checked: {reason}. ROLL runs the text with Python's `eval`, roll-lint does not"
    advice = "Write the devices as ranges or lists, such as `device_mapping: list(range(0,4)) + list(range(8,12))`."
    yield Problem("device_mapping", message, help=advice)
