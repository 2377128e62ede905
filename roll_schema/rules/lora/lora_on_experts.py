"""
LoRA on experts of a mixture-of-experts model.

The rule finds modules of experts in `lora_target` while vLLM generates the rollouts. vLLM computes all experts of a
layer together. Earlier releases leave adapters on single experts out, so that the rollouts come from another model than
the trained one. vLLM 0.32 refuses those that PEFT makes with transformers 5.

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      model_args: {lora_target: "q_proj,v_proj,gate_proj,up_proj,down_proj"}   # warning: [lora-on-experts]
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj,gate_proj,up_proj,down_proj"}
      strategy_args: {strategy_name: vllm, strategy_config: {}}

Train adapters on attention only:

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      model_args: {lora_target: "q_proj,k_proj,v_proj,o_proj"}
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
    actor_infer:
      model_args: {lora_target: "q_proj,k_proj,v_proj,o_proj"}
      strategy_args: {strategy_name: vllm, strategy_config: {}}

References:

- vLLM 0.32.0: vllm/lora/model_manager.py, LoRAModelManager._validate_moe_lora_format
- vLLM 0.32.0: vllm/lora/model_manager.py, LoRAModelManager.activate_adapter
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import is_pattern, target_names
from roll_schema.planning.workers import model_checkpoint, runs_on, trained_by_peft
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

_EXPERTS = ("gate_proj", "up_proj", "down_proj", "w1", "w2", "w3")


@rule(Severity.WARNING, effect=Effect.FIRST_STEP)
def lora_on_experts(config: PPOConfig) -> Iterator[Problem]:
    target = config.actor_train.model_args.lora_target
    if not trained_by_peft(config) or not runs_on(config.actor_infer, "vllm") or is_pattern(target):
        return
    names = [name for name in target_names(target) if name.rpartition(".")[2] in _EXPERTS]
    if not names:
        return
    model, known = model_checkpoint(config, "actor_train")
    if "experts" in known.sizes:
        modules = ", ".join(f"`{name}`" for name in names)
        yield Problem(
            "actor_train.model_args.lora_target",
            f"vLLM may refuse or ignore the adapter on {modules} of the {known.sizes['experts']} experts of `{model}`",
            "set `lora_target: q_proj,k_proj,v_proj,o_proj`",
        )
