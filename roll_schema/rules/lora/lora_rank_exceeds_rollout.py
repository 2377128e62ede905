"""
An adapter of a higher rank than vLLM has made room for.

vLLM reserves buffers for `actor_infer.model_args.lora_rank`. The first adapter that `actor_train` sends over is refused
if its rank is higher ("LoRA rank 64 is greater than max_lora_rank 16"), after all models are loaded.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj", lora_rank: 64}
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16   # error: [lora-rank-exceeds-rollout]
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Write the same rank on both:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj", lora_rank: 64}
    actor_infer:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 64
      strategy_args: {strategy_name: vllm, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def lora_rank_exceeds_rollout(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train.model_args, config.actor_infer.model_args
    backend = config.actor_infer.strategy_args
    if train.lora_target is None or infer.lora_target is None or backend is None or backend.strategy_name != "vllm":
        return
    if train.lora_rank is None or infer.lora_rank is None or train.lora_rank <= infer.lora_rank:
        return
    default = "" if context.is_set("actor_infer.model_args.lora_rank") else " (ROLL's default)"
    yield Problem(
        "actor_infer.model_args.lora_rank",
        f"vLLM makes room for adapters up to rank {infer.lora_rank}{default}, but `{roles.train}` sends one of rank "
        f"{train.lora_rank}",
        help=f"Write `lora_rank: {train.lora_rank}` on `{roles.infer}`.",
        also={"actor_train.model_args.lora_rank": "the rank that is trained"},
    )
