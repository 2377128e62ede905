"""
A learning rate out of the range for LoRA.

An adapter wants a learning rate about ten times that of training all weights: ROLL's examples have 1e-5 with LoRA and
1e-6 without. Below 1e-6 little is learned, which is information; above 1e-3 reinforcement learning usually breaks down.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      training_args:
        learning_rate: 0.01   # warning: [lora-learning-rate]

Start from the learning rate of ROLL's examples:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      training_args:
        learning_rate: 1.0e-5
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

LOWEST, USUAL, HIGHEST = 1e-6, "1.0e-5", 1e-3


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lora_learning_rate(config: PPOConfig) -> Iterator[Problem]:
    if config.actor_train.model_args.lora_target is None:
        return
    rate = config.actor_train.training_args.learning_rate
    field, advice = "actor_train.training_args.learning_rate", f"Start with `learning_rate: {USUAL}`."
    also = {"actor_train.model_args.lora_target": "this switches LoRA on"}
    if rate > HIGHEST:
        yield Problem(field, f"a learning rate of {rate:g} is very high for LoRA in RL", help=advice, also=also)
    elif 0 < rate < LOWEST:
        message = f"a learning rate of {rate:g} is low for LoRA; ROLL's examples have {USUAL}"
        yield Problem(field, message, help=advice, also=also, severity=Severity.INFO)
