"""
Devices of environments, which have none.

Environments run on CPUs, in as many workers as `num_env_groups`, `group_size` and `max_env_num_per_worker` make. What
is written about GPUs or workers is declared for them as for every role, and nothing reads it. Only a `device_mapping`
that is a string is looked at: ROLL compares its characters with the GPU ids of other roles, which fails at load.

    train_env_manager:
      num_env_groups: 8
      group_size: 4
      device_mapping: list(range(0,8))   # error: [environment-devices-ignored]
      world_size: 32   # warning: [environment-devices-ignored]

Without it:

    train_env_manager:
      num_env_groups: 8
      group_size: 4
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import EnvManagerConfig

IGNORED = ("device_mapping", "num_gpus_per_worker", "world_size")


@rule(Severity.WARNING, effect=Effect.IGNORED)
def environment_devices_ignored(manager: EnvManagerConfig, context: Context) -> Iterator[Problem]:
    for key in IGNORED:
        if not context.is_set(key) or context.is_null(key):
            continue
        if key == "device_mapping" and isinstance(value := context.written(key), str) and value:
            # Not evaluated, its characters count among the GPU ids of which ROLL takes the largest.
            message = "`device_mapping` of environments is not evaluated, and ROLL compares its characters with GPU ids"
            yield Problem(key, message, "Delete it.", severity=Severity.ERROR, effect=Effect.LOAD, at_key=True)
        else:
            message = (
                f"`{key}` of environments is not read: their workers follow from `num_env_groups` and `group_size`"
            )
            yield Problem(key, message, help="Delete it.", at_key=True)
