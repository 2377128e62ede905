"""
A model that vLLM serves without adapters only.

LoRA in vLLM has to be built into a model's class. Where it is not, the engine stops when it starts ("... does not
support LoRA yet"). Later releases of vLLM support more models than earlier ones; those named here are still refused by
0.32.

    actor_train:
      model_args: {lora_target: "c_attn"}
    actor_infer:
      model_args: {lora_target: "c_attn"}
      strategy_args: {strategy_name: vllm}
    pretrain: openai-community/gpt2   # error: [lora-model-refused-by-vllm]

Train a model that it supports:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm}
    pretrain: Qwen/Qwen2.5-7B
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.vllm_lora import RELEASE, refuses_adapters
from roll_schema.planning.workers import model_modules, runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_model_refused_by_vllm(config: PPOConfig) -> Iterator[Problem]:
    infer = config.actor_infer
    if infer.model_args.lora_target is None or not runs_on(infer, "vllm"):
        return
    model, known = model_modules(config, "actor_infer")
    refusing = refuses_adapters(known)
    if refusing is not None:
        yield Problem(
            "pretrain" if model == config.pretrain else "actor_infer.model_args.model_name_or_path",
            f"vLLM's `{refusing}`, which serves `{model}`, takes no LoRA adapter (as of vLLM {RELEASE})",
            help="Train all weights, or a model that vLLM supports LoRA for.",
            also={"actor_infer.model_args.lora_target": "the adapter"},
        )
