"""
Training all parameters, where roll-run's own engine trains an adapter.

What it sends to the rollout engine after each step is the adapter alone, never the base weights.

    actor_train:
      model_args: {dtype: bf16}   # error: [full-training-not-covered]

Name the modules that get an adapter:

    actor_train:
      model_args: {dtype: bf16, lora_target: "q_proj,v_proj", lora_rank: 16}

References:

- roll-run 0.1.0: runtime/roll_runtime/training/adapted_model.py, get_peft_model
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR)
def full_training_not_covered(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.actor_train.model_args.lora_target is None:
        yield Problem(
            "actor_train.model_args",
            "there is no `lora_target`, and roll-run's own engine trains LoRA adapters only",
            f"Set `lora_target` here and on `{context.roles.infer}`, or start it with `--engine roll`.",
            at_key=True,
        )
