"""
Gradient checkpointing that Megatron is not told of.

`disable_gradient_checkpointing: false` is for transformers models. Megatron recomputes only what
`recompute_granularity` names, which is nothing by default, and keeps all activations.

    actor_train:
      model_args: {disable_gradient_checkpointing: false}   # info: [checkpointing-switch-without-effect]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

Megatron's own:

    actor_train:
      model_args: {disable_gradient_checkpointing: false}
      strategy_args: {strategy_name: megatron_train, strategy_config: {recompute_granularity: full}}
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
        message = "`disable_gradient_checkpointing: false` has no effect on Megatron, which keeps all activations"
        yield Problem(field, message, "Write `recompute_granularity: full` in `strategy_config`, or delete it.")
