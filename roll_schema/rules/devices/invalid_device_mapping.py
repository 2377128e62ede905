"""
A `device_mapping` that is no list of device ids.

ROLL takes a string here and gives it to Python's `eval` while it loads the config. A YAML list passes the type check
and then stops the run (`eval() arg 1 must be a string`); so does an expression that Python cannot evaluate, or one
that gives a single number instead of a list.

    actor_infer:
      device_mapping: [0, 1]   # error: [invalid-device-mapping]

Write the list as a string:

    actor_infer:
      device_mapping: "[0, 1]"
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.change import Write
from roll_schema.devices import InvalidDevices, OpaqueDevices, parse_devices
from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

EXAMPLE = "Write a string with a Python list, such as `device_mapping: list(range(0,8))`."


@rule(Severity.ERROR, fails="at load")
def invalid_device_mapping(worker: WorkerConfig) -> Iterator[Problem]:
    mapping = worker.device_mapping
    if isinstance(mapping, list):
        written = str(mapping)
        message = "a YAML list is no `device_mapping`: ROLL gives the value to Python's `eval`, which wants a string"
        advice = f'Put it in quotes: `device_mapping: "{written}"`.' if len(written) <= 60 else EXAMPLE
        yield Problem("device_mapping", message, help=advice, change=Write(f'"{written}"'))
    elif mapping is not None:
        try:
            parse_devices(mapping)
        except OpaqueDevices:
            return
        except InvalidDevices as error:
            shown = (mapping if len(mapping) <= 60 else mapping[:57] + "…") or '""'
            yield Problem("device_mapping", f"`{shown}` is no `device_mapping`: {error}", help=EXAMPLE)
