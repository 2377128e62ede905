"""
LoRA on embeddings that vLLM leaves out.

The rule finds `embed_tokens` or `lm_head` in `lora_target` for a model whose class in vLLM has no adapter layers there,
such as Qwen2 and Qwen2.5. ROLL sends the adapter to vLLM as tensors, and vLLM uses those that it has a layer for. The
rollouts then come from another model than the trained one. (vLLM refuses an adapter like this that it loads from disk.)
The rule knows the model classes of vLLM 0.32.

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {lora_target: "q_proj,v_proj,embed_tokens"}   # warning: [lora-on-embeddings]
      strategy_args: {strategy_name: deepspeed_train}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm}

Train adapters inside the layers only:

    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: deepspeed_train}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm}

References:

- ROLL 0.1.0-0.3.0: roll/third_party/vllm/vllm_utils.py, patch_vllm_lora_manager
- vLLM 0.32.0: vllm/lora/lora_model.py, LoRAModel.from_lora_tensors
- vLLM 0.32.0: vllm/lora/model_manager.py, LoRAModelManager.activate_adapter
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


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lora_on_embeddings(config: PPOConfig) -> Iterator[Problem]:
    if not trained_by_peft(config) or not runs_on(config.actor_infer, "vllm"):
        return
    names = target_names(config.actor_train.model_args.lora_target)
    embeddings = [name for name in names if name.rpartition(".")[2] in EMBEDDINGS]
    if not embeddings:
        return
    model, known = model_modules(config, "actor_infer")
    served = adapted_embeddings(known)
    ignored = [name for name in embeddings if served is not None and name.rpartition(".")[2] not in served]
    if ignored:
        kept = [name for name in names if name not in ignored]
        modules = ", ".join(f"`{name}`" for name in ignored)
        yield Problem(
            "actor_train.model_args.lora_target",
            f"the adapter on {modules} has no effect in vLLM {RELEASE}: `{model}` has no adapter layer there",
            help=f"set `lora_target: {','.join(kept) or 'q_proj,k_proj,v_proj,o_proj'}`",
            also={"actor_infer.strategy_args.strategy_name": "the engine that receives the adapter"},
        )
