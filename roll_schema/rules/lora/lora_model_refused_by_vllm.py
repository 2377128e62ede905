"""
LoRA on a model that vLLM refuses adapters for.

The rule finds a model whose class in vLLM does not support LoRA, while `actor_infer` has a `lora_target`. The engine
stops when the workers start ("... does not support LoRA yet"). Later releases of vLLM support more models. The rule
knows the classes that vLLM 0.32 refuses.

    actor_train:
      model_args: {lora_target: "c_attn"}
    actor_infer:
      model_args: {lora_target: "c_attn"}
      strategy_args: {strategy_name: vllm}
    pretrain: openai-community/gpt2   # error: [lora-model-refused-by-vllm]

Train a model that vLLM supports:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
      strategy_args: {strategy_name: vllm}
    pretrain: Qwen/Qwen2.5-7B

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, "enable_lora": True
- vLLM 0.32.0: vllm/v1/worker/lora_model_runner_mixin.py, LoRAModelRunnerMixin.load_lora_model
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.vllm_lora import RELEASE, refuses_adapters
from roll_schema.planning.workers import model_modules, runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_model_refused_by_vllm(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles, infer = context.roles, config.actor_infer
    if infer.model_args.lora_target is None or not runs_on(infer, "vllm"):
        return
    model, known = model_modules(config, "actor_infer")
    refusing = refuses_adapters(known)
    if refusing is not None:
        yield Problem(
            "pretrain" if model == config.pretrain else "actor_infer.model_args.model_name_or_path",
            f"vLLM {RELEASE} does not support LoRA for `{model}` (class `{refusing}`)",
            help=f"remove `lora_target` from `{roles.train}` and `{roles.infer}`",
            also={"actor_infer.model_args.lora_target": "the adapter"},
        )
