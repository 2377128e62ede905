"""
Training of multi-token prediction layers that the model is not given.

`mtp_training_mode` has an effect only where Megatron's `mtp_num_layers` says how many layers there are.

    actor_train:
      mtp_training_mode: standalone   # warning: [multi-token-prediction-without-layers]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

With one:

    actor_train:
      mtp_training_mode: standalone
      strategy_args: {strategy_name: megatron_train, strategy_config: {mtp_num_layers: 1}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.3.0")
def multi_token_prediction_without_layers(worker: WorkerConfig) -> Iterator[Problem]:
    mode = worker.mtp_training_mode
    if mode in (None, "disabled"):
        return
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    if settings is None or not settings.get("mtp_num_layers"):
        where = "without `mtp_num_layers`" if settings is not None else "on another backend than Megatron"
        message = f"`mtp_training_mode: {mode}` has no effect {where}"
        yield Problem("mtp_training_mode", message, "Add `mtp_num_layers: 1` to Megatron's `strategy_config`.")
