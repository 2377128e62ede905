"""
Training argument overridden in `strategy_config`.

On Megatron, `strategy_config` overrides `training_args`. The pipeline still computes with `training_args`: with two
batch sizes, it splits the samples differently from what Megatron expects.

    actor_train:
      training_args: {per_device_train_batch_size: 4}
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {per_device_train_batch_size: 2}   # warning: [shadowed-training-setting]

Set it only in `training_args`:

    actor_train:
      training_args: {per_device_train_batch_size: 2}
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {}

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronInferStrategy.__init__
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
        overridden = getattr(worker.training_args, field, None)
        if field in _FIELDS and value != overridden:
            yield Problem(
                f"strategy_args.strategy_config.{field}",
                f"`{field}: {shown(value)}` conflicts with `training_args.{field}: {shown(overridden)}`",
                f"move `{field}` to `training_args`",
                also={f"training_args.{field}": "value that the pipeline uses"},
            )

    yield from each((settings or {}).items(), judge)
