"""
LoRA on `actor_infer`, but not on `actor_train`.

`lora_target` of `actor_train` decides what is trained: without it that is every weight. vLLM then reserves memory for
an adapter that never comes.

    actor_train:
      model_args:
        dtype: bf16
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj   # warning: [lora-only-on-rollout]
        lora_rank: 16

Write the same adapter on both, or on none:

    actor_train:
      model_args:
        dtype: bf16
        lora_target: q_proj,v_proj
        lora_rank: 16
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lora_only_on_rollout(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    target = config.actor_infer.model_args.lora_target
    if target is None or config.actor_train.model_args.lora_target is not None:
        return
    yield Problem(
        "actor_infer.model_args.lora_target",
        f"`{roles.infer}` expects a LoRA adapter, but `{roles.train}` has no `lora_target` and trains all weights",
        help=f"Add `lora_target: {target}` to `{roles.train}.model_args`, or delete it here.",
        also={"actor_train.model_args": "no `lora_target` here"},
    )
