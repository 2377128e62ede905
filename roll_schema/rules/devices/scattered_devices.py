"""
GPUs of the trainer or the rollout that do not follow each other.

From ROLL 0.2.0 the transfer of weights asserts that the GPU ids of `actor_train`, and those of `actor_infer`, are
without a gap. It does so after every model is loaded.

    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      device_mapping: "[0,1,2,3,8,9,10,11]"   # error: [scattered-devices]

One block each:

    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      device_mapping: list(range(8,16))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
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
        return  # nothing is sent over

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        ids = device_ids(worker)
        if not ids or len(set(ids)) != len(ids):
            return
        if max(ids) - min(ids) >= len(ids):
            message = f"the GPUs {ranges(ids)} have a gap, and ROLL sends weights only between GPUs without one"
            example = f"list(range({min(ids)},{min(ids) + len(ids)}))"
            advice = f"Give `{context.roles.written(role)}` one block, such as `{example}`."
            yield Problem(f"{role}.device_mapping", message, advice)
        elif ids != sorted(ids):
            message = "the GPUs are not in ascending order, and weights sent on a shared GPU may go to the wrong rank"
            advice = f"Write `list(range({min(ids)},{max(ids) + 1}))`."
            yield Problem(f"{role}.device_mapping", message, advice, severity=Severity.WARNING, effect=Effect.DIFFERENT)

    yield from each(fields_of(config, "actor_train", "actor_infer"), judge)
