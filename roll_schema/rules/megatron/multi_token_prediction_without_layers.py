"""
Multi-token prediction without prediction layers.

`mtp_training_mode` has an effect only on Megatron, and only if `mtp_num_layers` gives the model multi-token prediction
layers.

    actor_train:
      mtp_training_mode: standalone   # warning: [multi-token-prediction-without-layers]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

Add a layer:

    actor_train:
      mtp_training_mode: standalone
      strategy_args: {strategy_name: megatron_train, strategy_config: {mtp_num_layers: 1}}

References:

- ROLL 0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.initialize
- ROLL 0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.train_step
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
        reason = "`mtp_num_layers` is not set" if settings is not None else "only Megatron implements it"
        advice = (
            "set `mtp_num_layers: 1` in `strategy_config`" if settings is not None else "remove `mtp_training_mode`"
        )
        yield Problem("mtp_training_mode", f"`mtp_training_mode: {mode}` has no effect: {reason}", advice)
