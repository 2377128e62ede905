"""
Reserved but unused GPUs.

ROLL reserves whole nodes up to the largest id in any `device_mapping`. GPUs below it that no role uses stay idle.

    num_gpus_per_node: 8
    actor_train:
      device_mapping: list(range(0,8))   # info: [idle-devices]
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(16,24))

Close the gap:

    num_gpus_per_node: 8
    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(8,16))

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, BaseConfig.__post_init__
- ROLL 0.1.0-0.3.0: roll/distributed/scheduler/resource_manager.py, ResourceManager.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import gpus
from roll_schema.planning.workers import device_set, workers_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.INFO, effect=Effect.WASTEFUL)
def idle_devices(config: BaseConfig) -> Iterator[Problem]:
    devices = {role: device_set(worker) for role, worker in workers_of(config)}
    used: set[int] = set().union(*devices.values())
    if not used or min(used) < 0 or max(used) > 100_000:
        return
    idle = set(range(max(used))) - used
    if idle:
        role = next(role for role, ids in devices.items() if ids)
        message = f"{gpus(idle)} reserved but not used by any role"
        yield Problem(f"{role}.device_mapping", message, "use GPU ids without a gap")
