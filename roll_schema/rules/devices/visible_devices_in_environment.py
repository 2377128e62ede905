"""
A variable that hides GPUs from the workers.

`CUDA_VISIBLE_DEVICES` and its like in `system_envs` are set in the workers over what Ray and ROLL set: the ids then
count within the list, and a role lands on other GPUs than its `device_mapping` says, or finds none.

    system_envs:
      CUDA_VISIBLE_DEVICES: "4,5,6,7"   # warning: [visible-devices-in-environment]
    actor_train:
      device_mapping: list(range(0,4))

Choose GPUs with `device_mapping` alone:

    actor_train:
      device_mapping: list(range(4,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import workers_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


_NAMES = ("CUDA_VISIBLE_DEVICES", "ASCEND_RT_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def visible_devices_in_environment(config: BaseConfig) -> Iterator[Problem]:
    def judge(path: str, section: BaseConfig | WorkerConfig) -> Iterator[Problem]:
        for name in section.system_envs or ():
            if name in _NAMES:
                message = f"`{name}` hides GPUs from the workers, whose ids then no longer agree with `device_mapping`"
                place = ".".join(filter(None, (path, "system_envs", name)))
                yield Problem(place, message, "Delete it; `device_mapping` chooses the GPUs.")

    yield from each([("", config)], judge)
    yield from each(workers_of(config), judge)
