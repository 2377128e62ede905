"""
LoRA on `actor_train` only.

The rule finds a `lora_target` on `actor_train` that `actor_infer` lacks, with vLLM as the rollout engine. vLLM then
starts without support for adapters and with random weights. The run fails when the first adapter is sent, after all
models are loaded.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
    actor_infer:
      model_args:   # error: [lora-only-on-trainer]
        dtype: bf16
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Set the same adapter on both roles:

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

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.initialize
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.add_lora
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.vllm_lora import rank_for
from roll_schema.planning.workers import runs_on
from roll_schema.rules.lora.lora_target_on_rollout import names_for_vllm
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def lora_only_on_trainer(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = config.actor_train.model_args, config.actor_infer
    if train.lora_target is None or infer.model_args.lora_target is not None or not runs_on(infer, "vllm"):
        return
    rank = f" and `lora_rank: {rank_for(train.lora_rank)}`" if train.lora_rank is not None else ""
    yield Problem(
        "actor_infer.model_args.lora_target",
        f"missing `lora_target` on `{roles.infer}`: vLLM cannot receive the adapter of `{roles.train}`",
        help=f"add `lora_target: {names_for_vllm(train.lora_target)}`{rank} to `{roles.infer}.model_args`",
        also={"actor_train.model_args.lora_target": "enables LoRA"},
    )
