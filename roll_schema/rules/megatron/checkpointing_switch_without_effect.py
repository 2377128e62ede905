"""
Gradient checkpointing switch ignored on Megatron.

`disable_gradient_checkpointing` applies to transformers models only. Megatron recomputes activations by
`recompute_granularity`. Its default is null, which keeps all activations in GPU memory.

    actor_train:
      model_args: {disable_gradient_checkpointing: false}   # info: [checkpointing-switch-without-effect]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

Use Megatron's recomputation:

    actor_train:
      model_args: {disable_gradient_checkpointing: false}
      strategy_args: {strategy_name: megatron_train, strategy_config: {recompute_granularity: full}}

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, load_model
- ROLL 0.1.0-0.3.0: mcore_adapter/src/mcore_adapter/training_args.py, recompute_granularity
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.IGNORED)
def checkpointing_switch_without_effect(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    settings, field = settings_of(worker, "megatron_train"), "model_args.disable_gradient_checkpointing"
    if settings is None or "recompute_granularity" in settings or not context.is_set(field):
        return
    if worker.model_args.disable_gradient_checkpointing is False:
        message = "`disable_gradient_checkpointing: false` is ignored: Megatron uses `recompute_granularity`"
        yield Problem(field, message, "set `recompute_granularity: full` in `strategy_config`")
