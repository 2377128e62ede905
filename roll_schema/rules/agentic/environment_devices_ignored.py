"""
Devices of environments, which have none.

Environments run on CPUs, in as many workers as `num_env_groups`, `group_size` and `max_env_num_per_worker` make. What
is written about GPUs or workers is declared for them as for every role, and nothing reads it.

    train_env_manager:
      num_env_groups: 8
      group_size: 4
      device_mapping: list(range(0,8))   # warning: [environment-devices-ignored]

Without it:

    train_env_manager:
      num_env_groups: 8
      group_size: 4
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Context, Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import EnvManagerConfig

IGNORED = ("device_mapping", "num_gpus_per_worker", "world_size")


@rule(Severity.WARNING, fails="silently")
def environment_devices_ignored(manager: EnvManagerConfig, context: Context) -> Iterator[Problem]:
    for key in IGNORED:
        if context.is_set(key) and not context.is_null(key):
            yield Problem(
                key,
                f"`{key}` of environments is not read: their workers follow from `num_env_groups` and `group_size`",
                help="Delete it.",
                at_key=True,
            )
