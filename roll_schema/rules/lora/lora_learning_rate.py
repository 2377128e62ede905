"""
Unusual learning rate for LoRA.

The rule compares the learning rate of `actor_train` with those of ROLL's examples, which are 1e-5 with LoRA and 1e-6
without. It warns above 1e-3, and informs below 1e-6.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      training_args:
        learning_rate: 0.01   # warning: [lora-learning-rate]

Start from the learning rate of ROLL's examples:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      training_args:
        learning_rate: 1.0e-5

References:

- ROLL 0.1.0-0.2.1: examples/qwen2.5-7B-rlvr_megatron/rlvr_lora_zero3.yaml, learning_rate: 1.0e-5
- ROLL 0.3.0: examples/qwen2.5-7B-rlvr_megatron/rlvr_lora_fsdp2.yaml, learning_rate: 1.0e-5
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

LOWEST, USUAL, HIGHEST = 1e-6, "1.0e-5", 1e-3


@rule(Severity.WARNING)
def lora_learning_rate(config: PPOConfig) -> Iterator[Problem]:
    rate = config.actor_train.training_args.learning_rate
    if config.actor_train.model_args.lora_target is None or rate <= 0 or LOWEST <= rate <= HIGHEST:
        return
    yield Problem(
        "actor_train.training_args.learning_rate",
        f"`learning_rate: {rate:g}` is {'high' if rate > HIGHEST else 'low'} for LoRA; ROLL's examples use `{USUAL}`",
        help=f"set `learning_rate: {USUAL}`",
        also={"actor_train.model_args.lora_target": "enables LoRA"},
        severity=Severity.WARNING if rate > HIGHEST else Severity.INFO,
    )
