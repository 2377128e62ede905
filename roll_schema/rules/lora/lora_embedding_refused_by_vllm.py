"""
An adapter on embeddings that vLLM's model has no place for.

PEFT can put an adapter on `embed_tokens` and `lm_head`. vLLM takes it only for models that declare these layers; Qwen2
and Qwen2.5 do not, and the first transfer of the adapter fails ("expected target modules in ..."). What is said here
holds for vLLM 0.32.

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {lora_target: "q_proj,v_proj,embed_tokens"}   # warning: [lora-embedding-refused-by-vllm]
      strategy_args: {strategy_name: deepspeed_train}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm}

Adapters inside the layers are served for every such model:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: deepspeed_train}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import target_names
from roll_schema.facts.catalog.vllm_lora import RELEASE, adapted_embeddings
from roll_schema.planning.workers import model_modules, runs_on, trained_by_peft
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

EMBEDDINGS = ("embed_tokens", "lm_head")


@rule(Severity.WARNING, effect=Effect.FIRST_STEP)
def lora_embedding_refused_by_vllm(config: PPOConfig) -> Iterator[Problem]:
    if not trained_by_peft(config) or not runs_on(config.actor_infer, "vllm"):
        return
    names = target_names(config.actor_train.model_args.lora_target)
    asked = [name for name in names if name.rpartition(".")[2] in EMBEDDINGS]
    if not asked:
        return
    model, known = model_modules(config, "actor_infer")
    served = adapted_embeddings(known)
    refused = [name for name in asked if served is not None and name.rpartition(".")[2] not in served]
    if refused:
        kept = [name for name in names if name not in refused]
        yield Problem(
            "actor_train.model_args.lora_target",
            f"vLLM {RELEASE} has no place for an adapter on {', '.join(f'`{name}`' for name in refused)} of `{model}`",
            help=f"Write `lora_target: {','.join(kept) or 'q_proj,k_proj,v_proj,o_proj'}`.",
            also={"actor_infer.strategy_args.strategy_name": "the engine that gets the adapter"},
        )
