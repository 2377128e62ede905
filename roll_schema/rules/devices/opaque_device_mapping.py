"""
Unchecked `device_mapping` expression.

ROLL evaluates the string with Python's `eval` while it loads the config. roll-lint never runs it. It understands
ranges, lists, tuples, sets, `+`, `*` and comprehensions. For other expressions it skips every rule that needs the GPU
ids.

    actor_infer:
      device_mapping: "[x for x in range(16) if x % 2]"   # warning: [opaque-device-mapping]

Write the same GPUs as a range:

    actor_infer:
      device_mapping: list(range(1,16,2))

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, WorkerConfig.__post_init__
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
        return  # code-in-device-mapping reports it
    message = f"`device_mapping` is not checked: {reason}"
    advice = "use ranges or lists, such as `device_mapping: list(range(0,4)) + list(range(8,12))`"
    yield Problem("device_mapping", message, help=advice)
