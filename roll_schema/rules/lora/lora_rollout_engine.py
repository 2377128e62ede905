"""
Rollout engine without LoRA support.

The rule finds a `lora_target` on `actor_train` while another engine than vLLM generates the rollouts. ROLL sends the
adapter to `actor_infer` before every rollout. SGLang and transformers refuse it, or lack the method for it, so the
first weight update fails, after all models are loaded.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      strategy_args:
        strategy_name: sglang   # error: [lora-rollout-engine]

Generate with vLLM:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      strategy_args:
        strategy_name: vllm

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.add_lora
- ROLL 0.2.0-0.3.0: roll/distributed/strategy/sglang_strategy.py, lora training is not supported with sglang
- ROLL 0.2.0-0.3.0: roll/distributed/strategy/hf_strategy.py, assert not is_lora
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

REFUSING = ("sglang", "hf_infer")


@rule(Severity.WARNING, effect=Effect.FIRST_STEP)
def lora_rollout_engine(config: PPOConfig, context: Context) -> Iterator[Problem]:
    strategy = config.actor_infer.strategy_args
    if config.actor_train.model_args.lora_target is None or strategy is None or strategy.strategy_name == "vllm":
        return
    yield Problem(
        "actor_infer.strategy_args.strategy_name",
        f"`{strategy.strategy_name}` does not support the LoRA adapter of `{context.roles.train}`",
        help="set `strategy_name: vllm`",
        also={"actor_train.model_args.lora_target": "enables LoRA"},
        # Of the others, which are no rollout engines, it is only suspected.
        severity=Severity.ERROR if strategy.strategy_name in REFUSING else None,
    )
