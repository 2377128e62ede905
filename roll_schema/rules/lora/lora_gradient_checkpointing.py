"""
Gradient checkpointing with LoRA and ZeRO stage 3.

The rule finds LoRA with ZeRO stage 3 while gradient checkpointing is on, which is ROLL's default. PyTorch then finds
other tensor shapes when it computes activations again, since the weights are partitioned. The first training step stops
("Recomputed values ... have different metadata"). Reentrant checkpointing works, and so do some later versions of
DeepSpeed.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        disable_gradient_checkpointing: false   # warning: [lora-gradient-checkpointing]
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {zero_optimization: {stage: 3}}

Keep the activations in memory, or use ZeRO stage 2:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        disable_gradient_checkpointing: true
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {zero_optimization: {stage: 3}}

References:

- ROLL 0.1.0-0.2.1: roll/models/model_providers.py, load_model
- PyTorch 2.13.0: torch/utils/checkpoint.py, have different metadata than during the forward pass
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import zero_settings
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases="<0.3.0")
def lora_gradient_checkpointing(config: PPOConfig, context: Context) -> Iterator[Problem]:
    arguments = config.actor_train.model_args
    if arguments.lora_target is None or arguments.disable_gradient_checkpointing is True:
        return
    zero = zero_settings(config.actor_train, "deepspeed_train")
    if zero is None or zero.get("stage") != 3 or arguments.gradient_checkpointing_use_reentrant is True:
        return
    field = "actor_train.model_args.disable_gradient_checkpointing"
    default = "" if context.is_set(field) else " (ROLL's default)"
    yield Problem(
        field,
        f"gradient checkpointing{default} may fail with LoRA and ZeRO stage 3",
        help=f"set `disable_gradient_checkpointing: true` in `{context.roles.train}.model_args`",
        also={
            "actor_train.strategy_args.strategy_config.zero_optimization.stage": "ZeRO stage 3",
            "actor_train.model_args.lora_target": "enables LoRA",
        },
    )
