"""
Invalid `device_mapping`.

`device_mapping` is a string. ROLL evaluates it with Python's `eval` while it loads the config. A YAML list passes the
type check and then stops the run (`eval() arg 1 must be a string`). An expression that Python cannot evaluate, or one
that gives an integer instead of a list, also stops it.

Other invalid values pass at load. A negative GPU id, a set or a dict fails when ROLL places the workers. A float as GPU
id goes into `CUDA_VISIBLE_DEVICES`: vLLM refuses it, and CUDA reads the digits before the point.

    actor_infer:
      device_mapping: [0, 1]   # error: [invalid-device-mapping]

Write the list as a string:

    actor_infer:
      device_mapping: "[0, 1]"

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, WorkerConfig.__post_init__
- ROLL 0.1.0-0.3.0: roll/distributed/scheduler/resource_manager.py, ResourceManager.allocate_placement_group
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

EXAMPLE = "set a string with a Python list, such as `device_mapping: list(range(0,8))`"


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_device_mapping(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    mapping = worker.device_mapping
    if isinstance(mapping, list):
        written = str(mapping)
        message = "`device_mapping` must be a string with a Python list, found a YAML list"
        advice = f'quote the list: `device_mapping: "{written}"`' if len(written) <= 60 else EXAMPLE
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
            yield Problem("device_mapping", f"invalid `device_mapping: {shown}`: {error}", help=EXAMPLE)
        else:
            if lowest < 0 and context.path != "validation":
                message = f"GPU id `{lowest}` must not be negative"
                yield Problem("device_mapping", message, EXAMPLE, effect=Effect.WORKER_START)


def _unplaced(worker: WorkerConfig, error: UnplacedDevices) -> Problem:
    """What ROLL loads, and fails on when it places the workers."""
    effect, severity, message = Effect.WORKER_START, Severity.ERROR, f"invalid `device_mapping`: {error}"
    if error.fraction is not None and not runs_on(worker, "vllm"):
        # Only vLLM parses the variable as integers; other workers may not even use a GPU.
        effect, severity = Effect.DIFFERENT, Severity.WARNING
        message = f"{error}; CUDA reads only the digits before the point"
    return Problem("device_mapping", message, EXAMPLE, effect=effect, severity=severity)
