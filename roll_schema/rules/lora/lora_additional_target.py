"""
Fully trained modules beside the adapter, with vLLM as the rollout engine.

`additional_target` trains whole modules along with the adapter and sends them in it. vLLM refuses such an adapter
("vLLM only supports modules_to_save being None") when the first one arrives, after all models are loaded.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        additional_target: embed_tokens,lm_head   # error: [lora-additional-target]
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Leave it out, and train with the adapter alone:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def lora_additional_target(config: PPOConfig) -> Iterator[Problem]:
    arguments, backend = config.actor_train.model_args, config.actor_infer.strategy_args
    if arguments.lora_target is None or not arguments.additional_target:
        return
    if backend is None or backend.strategy_name != "vllm":
        return
    yield Problem(
        "actor_train.model_args.additional_target",
        f"vLLM refuses an adapter with fully trained modules (`{arguments.additional_target}`)",
        help="Delete `additional_target`.",
        also={"actor_infer.strategy_args.strategy_name": "the engine that gets the adapter"},
    )
