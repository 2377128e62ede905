"""
Checkpoints that no run can go on from.

With `save_only_model` the optimizer's state is not saved. Resuming from such a checkpoint fails, or starts the
optimizer anew.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {save_only_model: true}   # info: [checkpoint-without-optimizer]

Save all of it:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import TRAINERS, settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.RESUMING)
def checkpoint_without_optimizer(config: BaseConfig) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        settings = settings_of(worker, "megatron_train", "fsdp2_train") if worker is not None else None
        if settings is None or settings.get("save_only_model") is not True:
            return
        resumes = bool(config.resume_from_checkpoint)
        yield Problem(
            f"{role}.strategy_args.strategy_config.save_only_model",
            "no run can be resumed from checkpoints that hold the model only",
            "Delete it, unless the weights are all that you need.",
            also={"resume_from_checkpoint": "this run resumes"} if resumes else {},
            severity=Severity.WARNING if resumes else None,
        )

    yield from each(fields_of(config, *TRAINERS), judge)
