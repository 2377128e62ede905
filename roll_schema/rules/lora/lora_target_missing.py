"""
LoRA settings without `lora_target`.

The rule finds `lora_rank` or `lora_alpha` while neither `actor_train` nor `actor_infer` has a `lora_target`. ROLL
builds an adapter only if `lora_target` is set. Without it, the other settings have no effect and ROLL trains all
weights. If only one of the two roles lacks it, other rules report it.

    actor_train:
      model_args:
        lora_rank: 32   # warning: [lora-target-missing]
        lora_alpha: 32

Name the modules that get an adapter:

    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj,o_proj
        lora_rank: 32
        lora_alpha: 32

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, load_model
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.initialize
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def lora_target_missing(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    if config.actor_train.model_args.lora_target is not None or config.actor_infer.model_args.lora_target is not None:
        return
    for role in ("actor_train", "actor_infer"):
        keys = [key for key in ("lora_rank", "lora_alpha") if context.is_set(f"{role}.model_args.{key}")]
        if keys:
            ignored = " and ".join(f"`{key}`" for key in keys) + (" are" if len(keys) > 1 else " is")
            yield Problem(
                f"{role}.model_args.{keys[0]}",
                f"{ignored} ignored: without `lora_target`, ROLL trains all weights",
                help=f"add `lora_target: q_proj,k_proj,v_proj,o_proj` to `{roles.train}` and `{roles.infer}`",
            )
