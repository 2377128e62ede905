"""
LoRA settings without the one that switches LoRA on.

ROLL builds an adapter where `lora_target` is set. With `lora_rank` or `lora_alpha` alone it trains every weight of the
model, without a message. Where only one of `actor_train` and `actor_infer` lacks it, other rules speak.

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
        if not keys:
            continue
        names = " and ".join(f"`{key}`" for key in keys)
        yield Problem(
            f"{role}.model_args.{keys[0]}",
            f"{names} without `lora_target` {'have' if len(keys) > 1 else 'has'} no effect: LoRA stays off, and "
            f"`{roles.train}` trains all weights",
            help=f"Add `lora_target: q_proj,k_proj,v_proj,o_proj` beside it on `{roles.train}` and `{roles.infer}`, or "
            f"delete {names}.",
        )
