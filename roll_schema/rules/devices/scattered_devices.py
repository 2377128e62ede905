"""
Non-contiguous GPUs of trainer or rollout.

Since ROLL 0.2.0, the GPU ids of `actor_train` must be contiguous, and so must those of `actor_infer`. The weight
transfer asserts it after all models are loaded. On shared GPUs it also pairs ranks by position, so ids in another than
ascending order may pair the wrong ranks.

    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      device_mapping: "[0,1,2,3,8,9,10,11]"   # error: [scattered-devices]

Use contiguous GPU ids:

    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      device_mapping: list(range(8,16))

References:

- ROLL 0.2.0-0.3.0: roll/distributed/executor/model_update_group.py, ModelUpdateGroup.__init__
- ROLL 0.2.0-0.3.0: roll/third_party/megatron/model_update.py, MegatronWeightUpdater._setup_colocated_model_update
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import gpus
from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import device_ids
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def scattered_devices(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if context.only_samples:
        return  # no weights are sent

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        ids = device_ids(worker)
        if not ids or len(set(ids)) != len(ids):
            return
        if max(ids) - min(ids) >= len(ids):
            message = f"`device_mapping` must be contiguous, found {gpus(ids)}"
            advice = f"use contiguous GPUs, such as `device_mapping: list(range({min(ids)},{min(ids) + len(ids)}))`"
            yield Problem(f"{role}.device_mapping", message, advice)
        elif ids != sorted(ids):
            message = "`device_mapping` is not in ascending order: weights may go to the wrong rank"
            advice = f"set `device_mapping: list(range({min(ids)},{max(ids) + 1}))`"
            yield Problem(f"{role}.device_mapping", message, advice, severity=Severity.WARNING, effect=Effect.DIFFERENT)

    yield from each(fields_of(config, "actor_train", "actor_infer"), judge)
