"""
Check of reference GPUs with LoRA.

Detects `lora_target` on the trainer together with a KL term and `partial_gpu_mode`, which is on by default. With LoRA,
the base model is the reference model, and ROLL builds no workers for it. `partial_gpu_mode` still compares their GPUs
with those of the trainer, and fails after every model is loaded. The default `init_kl_coef: 0.2` needs a reference
model.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}   # error: [reference-missing-with-lora]
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}

Turn the check off:

    partial_gpu_mode: false
    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}

References:

- ROLL 0.2.0-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, AgenticPipeline._validate_partial_gpu_config
- ROLL 0.2.0-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, if self.use_ref_model:
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import uses_reference
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0", pipelines=("agentic",))
def reference_missing_with_lora(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    if config.actor_train.model_args.lora_target is None or not config.partial_gpu_mode or context.distills:
        return
    if uses_reference(config):
        message = "`lora_target` conflicts with `partial_gpu_mode`: with LoRA, there are no reference GPUs to check"
        yield Problem("actor_train.model_args.lora_target", message, "set `partial_gpu_mode: false`")
