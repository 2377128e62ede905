"""
GPUs that are reserved and never used.

ROLL takes whole nodes up to the largest id in any `device_mapping`; the ids below it that no role names stay idle.

    num_gpus_per_node: 8
    actor_train:
      device_mapping: list(range(0,8))   # info: [idle-devices]
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(16,24))

Without the gap:

    num_gpus_per_node: 8
    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(8,16))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.planning.workers import device_set, workers_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.INFO, effect=Effect.WASTEFUL)
def idle_devices(config: BaseConfig) -> Iterator[Problem]:
    named = {role: device_set(worker) for role, worker in workers_of(config)}
    used: set[int] = set().union(*named.values())
    if not used or min(used) < 0 or max(used) > 100_000:
        return
    idle = set(range(max(used))) - used
    if idle:
        role = next(role for role, ids in named.items() if ids)
        which = f"GPU {ranges(idle)} is" if len(idle) == 1 else f"GPUs {ranges(idle)} are"
        message = f"{which} reserved and used by no role"
        yield Problem(f"{role}.device_mapping", message, "Number the GPUs without a gap.")
