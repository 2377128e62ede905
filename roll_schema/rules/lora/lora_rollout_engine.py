"""
LoRA with a rollout engine that takes no adapters.

The trained adapter is handed to `actor_infer` before every rollout, and only vLLM has a way to take it: with another
engine the first hand-over fails, after all models are loaded.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      strategy_args:
        strategy_name: sglang   # error: [lora-rollout-engine]

Sample with vLLM:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      strategy_args:
        strategy_name: vllm
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def lora_rollout_engine(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    strategy = config.actor_infer.strategy_args
    if config.actor_train.model_args.lora_target is None or strategy is None or strategy.strategy_name == "vllm":
        return
    # What transformers samples with has not been seen to fail, so it is only suspected.
    severity = Severity.ERROR if strategy.strategy_name == "sglang" else Severity.WARNING
    yield Problem(
        "actor_infer.strategy_args.strategy_name",
        f"`{roles.train}` trains a LoRA adapter, but `{strategy.strategy_name}` on `{roles.infer}` takes none",
        help="Write `strategy_name: vllm`, or delete `lora_target` to train all weights.",
        also={"actor_train.model_args.lora_target": "this switches LoRA on"},
        severity=severity,
    )
