"""
A `device_mapping` that is no list of device ids.

ROLL takes a string here and gives it to Python's `eval` while it loads the config. A YAML list passes the type check
and then stops the run (`eval() arg 1 must be a string`); so does an expression that Python cannot evaluate, or one
that gives a single number instead of a list.

Other wrong values pass at load: a GPU id below 0, a set or a dict fails when ROLL places the workers. An id with a
fraction goes into `CUDA_VISIBLE_DEVICES`, where vLLM refuses it, and CUDA takes the digits before the point.

    actor_infer:
      device_mapping: [0, 1]   # error: [invalid-device-mapping]

Write the list as a string:

    actor_infer:
      device_mapping: "[0, 1]"
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import InvalidDevices, OpaqueDevices, UnplacedDevices, parse_devices
from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.change import Write
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

EXAMPLE = "Write a string with a Python list, such as `device_mapping: list(range(0,8))`."


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_device_mapping(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    mapping = worker.device_mapping
    if isinstance(mapping, list):
        written = str(mapping)
        message = "a YAML list is no `device_mapping`: ROLL gives the value to Python's `eval`, which wants a string"
        advice = f'Put it in quotes: `device_mapping: "{written}"`.' if len(written) <= 60 else EXAMPLE
        yield Problem("device_mapping", message, help=advice, change=Write(f'"{written}"'))
    elif mapping is not None:
        try:
            lowest = min(parse_devices(mapping), default=0)
        except OpaqueDevices:
            return
        except UnplacedDevices as error:
            if context.path != "validation":  # which has no workers
                yield _unplaced(worker, error)
        except InvalidDevices as error:
            shown = (mapping if len(mapping) <= 60 else mapping[:57] + "…") or '""'
            yield Problem("device_mapping", f"`{shown}` is no `device_mapping`: {error}", help=EXAMPLE)
        else:
            if lowest < 0 and context.path != "validation":
                message = f"the GPU id `{lowest}` is negative, and ROLL finds no node for it"
                yield Problem("device_mapping", message, EXAMPLE, effect=Effect.WORKER_START)


def _unplaced(worker: WorkerConfig, error: UnplacedDevices) -> Problem:
    """What ROLL loads, and uses when it places the workers."""
    effect, severity, message = Effect.WORKER_START, Severity.ERROR, f"`device_mapping` cannot be used: {error}"
    if error.fraction is not None and not runs_on(worker, "vllm"):
        # Only vLLM asks the variable for integers; what else is not sure to fail may not use a GPU at all.
        effect, severity = Effect.DIFFERENT, Severity.WARNING
        message = f"{error}: it goes into `CUDA_VISIBLE_DEVICES` as it is, where CUDA reads the digits before the point"
    return Problem("device_mapping", message, EXAMPLE, effect=effect, severity=severity)
