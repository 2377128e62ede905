"""
A setting of the trainer that `strategy_config` overrules behind the pipeline's back.

Megatron takes `strategy_config` over `training_args`. The pipeline goes on reckoning with `training_args`: a batch size
there splits the samples otherwise than Megatron expects.

    actor_train:
      training_args: {per_device_train_batch_size: 4}
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {per_device_train_batch_size: 2}   # warning: [shadowed-training-setting]

In one place:

    actor_train:
      training_args: {per_device_train_batch_size: 2}
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_FIELDS = (
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "learning_rate",
    "weight_decay",
    "warmup_steps",
    "warmup_ratio",
    "lr_scheduler_type",
    "max_steps",
)


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def shadowed_training_setting(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train")

    def judge(field: str, value: object) -> Iterator[Problem]:
        outer = getattr(worker.training_args, field, None)
        if field in _FIELDS and value != outer:
            yield Problem(
                f"strategy_args.strategy_config.{field}",
                f"Megatron trains with `{field}: {shown(value)}`, while the pipeline reckons with {shown(outer)}",
                "Write it in `training_args` only.",
                also={f"training_args.{field}": "what the pipeline takes"},
            )

    yield from each((settings or {}).items(), judge)
