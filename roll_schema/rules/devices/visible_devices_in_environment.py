"""
Visible devices set in the environment.

ROLL sets `CUDA_VISIBLE_DEVICES` (or the variable of another platform) for each worker, from its `device_mapping`. A
value in `system_envs` replaces it. The worker then runs on other GPUs than its `device_mapping` lists, or finds none.

    system_envs:
      CUDA_VISIBLE_DEVICES: "4,5,6,7"   # warning: [visible-devices-in-environment]
    actor_train:
      device_mapping: list(range(0,4))

Choose GPUs with `device_mapping`:

    actor_train:
      device_mapping: list(range(4,8))

References:

- ROLL 0.1.0-0.3.0: roll/distributed/executor/cluster.py, Cluster._create_workers
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
                message = f"`{name}` conflicts with `device_mapping`: it replaces the GPUs of the workers"
                place = ".".join(filter(None, (path, "system_envs", name)))
                yield Problem(place, message, f"remove `{name}`, and choose GPUs with `device_mapping`")

    yield from each([("", config)], judge)
    yield from each(workers_of(config), judge)
