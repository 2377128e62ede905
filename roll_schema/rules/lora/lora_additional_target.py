"""
Fully trained modules in an adapter for vLLM.

The rule finds `additional_target` next to a `lora_target` while vLLM generates the rollouts. `additional_target` trains
whole modules, and ROLL sends them as part of the adapter. vLLM refuses such an adapter ("vLLM only supports
modules_to_save being None"). The run fails when the first adapter is sent, after all models are loaded.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        additional_target: embed_tokens,lm_head   # error: [lora-additional-target]
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Train the adapter alone:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm, strategy_config: {}}

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, setup_lora_training
- ROLL 0.1.0-0.3.0: roll/third_party/vllm/vllm_utils.py, peft_helper.validate_legal(self.lora_config)
- vLLM 0.32.0: vllm/lora/peft_helper.py, PEFTHelper._validate_features
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def lora_additional_target(config: PPOConfig) -> Iterator[Problem]:
    arguments = config.actor_train.model_args
    if arguments.lora_target is None or not arguments.additional_target or not runs_on(config.actor_infer, "vllm"):
        return
    yield Problem(
        "actor_train.model_args.additional_target",
        f"`additional_target: {arguments.additional_target}` conflicts with vLLM: it refuses fully trained modules",
        help="remove `additional_target`",
        also={"actor_infer.strategy_args.strategy_name": "the engine that receives the adapter"},
    )
