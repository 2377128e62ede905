"""
Module names on `actor_infer` that vLLM lacks.

The rule finds keywords such as `all-linear`, names of Megatron and regular expressions in the `lora_target` of
`actor_infer`. There, any `lora_target` enables adapters in vLLM, and its names have no effect: vLLM uses the modules of
the adapter that the trainer sends. ROLL's examples write the names of transformers there.

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train}
    actor_infer:
      model_args: {lora_target: all-linear}   # info: [lora-target-on-rollout]
      strategy_args: {strategy_name: vllm}

Name the same layers as transformers does:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train}
    actor_infer:
      model_args: {lora_target: "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj"}
      strategy_args: {strategy_name: vllm}

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.add_lora
- ROLL 0.2.0-0.3.0: roll/third_party/vllm/vllm_utils.py, patch_vllm_lora_manager
- vLLM 0.32.0: vllm/lora/lora_model.py, LoRAModel.from_lora_tensors
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import KEYWORDS, MEGATRON_NAMES, is_pattern, target_names
from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

ALL = ",".join(MEGATRON_NAMES)


@rule(Severity.INFO, effect=Effect.IGNORED, releases=">=0.2.0")
def lora_target_on_rollout(config: PPOConfig, context: Context) -> Iterator[Problem]:
    infer = config.actor_infer
    target = infer.model_args.lora_target
    if target is None or config.actor_train.model_args.lora_target is None or not runs_on(infer, "vllm"):
        return
    if names_for_vllm(target) != target:
        yield Problem(
            "actor_infer.model_args.lora_target",
            f"`lora_target: {target}` of `{context.roles.infer}` is ignored: vLLM uses the modules of the adapter",
            f"set `lora_target: {ALL}`",
        )


def names_for_vllm(target: str) -> str:
    """A target as it is written for vLLM: the names of transformers."""
    others = KEYWORDS | set(MEGATRON_NAMES.values())
    return ALL if is_pattern(target) or others & set(target_names(target)) else target
