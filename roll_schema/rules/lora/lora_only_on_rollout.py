"""
LoRA on `actor_infer` only.

The rule finds a `lora_target` on `actor_infer` that `actor_train` lacks. The `lora_target` of `actor_train` decides
what is trained. Without it, ROLL trains all weights, and vLLM reserves memory for an adapter that it never receives.

    actor_train:
      model_args:
        dtype: bf16
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj   # warning: [lora-only-on-rollout]
        lora_rank: 16

Set the same adapter on both roles, or on neither:

    actor_train:
      model_args:
        dtype: bf16
        lora_target: q_proj,v_proj
        lora_rank: 16
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, load_model
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, "enable_lora": True
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
        f"`lora_target` is missing on `{roles.train}`, which trains all weights, but set on `{roles.infer}`",
        help=f"add `lora_target: {target}` to `{roles.train}.model_args`",
        also={"actor_train.model_args": "`lora_target` is missing here"},
    )
