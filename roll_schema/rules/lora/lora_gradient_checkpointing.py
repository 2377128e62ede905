"""
LoRA with ZeRO stage 3 and gradient checkpointing.

ROLL checkpoints activations unless `disable_gradient_checkpointing` is true. With an adapter and weights partitioned by
ZeRO-3, PyTorch then finds other tensor shapes when it computes activations again and stops the first training step
("Recomputed values ... have different metadata"). Some later versions of DeepSpeed cope with it.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        disable_gradient_checkpointing: false   # warning: [lora-gradient-checkpointing]
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {zero_optimization: {stage: 3}}

Keep the activations in memory, or take ZeRO stage 2:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        disable_gradient_checkpointing: true
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {zero_optimization: {stage: 3}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases="<0.3.0")
def lora_gradient_checkpointing(config: PPOConfig, context: Context) -> Iterator[Problem]:
    actor = config.actor_train
    if actor.model_args.lora_target is None or actor.model_args.disable_gradient_checkpointing is True:
        return
    settings = settings_of(actor, "deepspeed_train")
    if settings is None:
        return
    zero = settings.get("zero_optimization")
    stage = zero.get("stage") if isinstance(zero, dict) else None
    if not isinstance(stage, int) or stage != 3:
        return
    field = "actor_train.model_args.disable_gradient_checkpointing"
    on = "is on" if context.is_set(field) else "is on (ROLL's default)"
    yield Problem(
        field,
        f"gradient checkpointing {on}, and together with LoRA and ZeRO stage 3 it can fail in the first training step",
        help=f"Write `disable_gradient_checkpointing: true` in `{context.roles.train}.model_args`.",
        also={
            "actor_train.strategy_args.strategy_config.zero_optimization.stage": "ZeRO stage 3",
            "actor_train.model_args.lora_target": "this switches LoRA on",
        },
    )
