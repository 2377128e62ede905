"""
LoRA on `actor_train`, but not on `actor_infer`.

Without a `lora_target` of its own, `actor_infer` starts vLLM with random weights and without support for adapters. The
first transfer of the adapter then fails, after all models are loaded.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
    actor_infer:
      model_args:   # error: [lora-only-on-trainer]
        dtype: bf16
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Write the same adapter on both:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
    actor_infer:
      model_args:
        dtype: bf16
        lora_target: q_proj,v_proj
        lora_rank: 16
      strategy_args: {strategy_name: vllm, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def lora_only_on_trainer(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train, config.actor_infer
    if train.model_args.lora_target is None or infer.model_args.lora_target is not None:
        return
    if not runs_on(infer, "vllm"):
        return
    rank = train.model_args.lora_rank
    yield Problem(
        "actor_infer.model_args.lora_target",
        f"`{roles.train}` trains a LoRA adapter, but `{roles.infer}` has no `lora_target`: vLLM starts without support "
        "for adapters and cannot take it",
        help=f"Add `lora_target: {train.model_args.lora_target}`"
        + (f" and `lora_rank: {rank}`" if rank is not None else "")
        + f" to `{roles.infer}.model_args`.",
        also={"actor_train.model_args.lora_target": "this switches LoRA on"},
    )
