"""
Devices and workers of environments.

Detects `device_mapping`, `num_gpus_per_worker` and `world_size` on an environment manager. Environments run on CPUs,
and ROLL computes the number of their workers from the number of environments. A `device_mapping` that is a string stops
the run at load: ROLL does not evaluate it, and compares its characters with the GPU ids of other roles.

    train_env_manager:
      num_env_groups: 8
      group_size: 4
      device_mapping: list(range(0,8))   # error: [environment-devices-ignored]
      world_size: 32   # warning: [environment-devices-ignored]

Remove the keys:

    train_env_manager:
      num_env_groups: 8
      group_size: 4

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_config.py, EnvManagerConfig.__post_init__
- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, total_devices.extend(attribute.device_mapping)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import EnvManagerConfig

REASONS = {
    "device_mapping": "environments use no GPUs",
    "num_gpus_per_worker": "environments use no GPUs",
    "world_size": "the number of environments sets the number of their workers",
}


@rule(Severity.WARNING, effect=Effect.IGNORED)
def environment_devices_ignored(manager: EnvManagerConfig, context: Context) -> Iterator[Problem]:
    for key, reason in REASONS.items():
        if not context.is_set(key) or context.is_null(key):
            continue
        advice = f"remove `{key}`"
        if key == "device_mapping" and isinstance(mapping := context.written(key), str) and mapping:
            # ROLL looks for the largest GPU id among the characters.
            message = "`device_mapping` of environments is not evaluated: ROLL compares its characters with GPU ids"
            yield Problem(key, message, advice, severity=Severity.ERROR, effect=Effect.LOAD, at_key=True)
        else:
            yield Problem(key, f"`{key}` is ignored: {reason}", advice, at_key=True)
