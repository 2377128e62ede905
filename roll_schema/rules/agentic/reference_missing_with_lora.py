"""
A reference that is checked, but not built, with LoRA.

With a `lora_target` the base model is the reference, and no reference cluster is built. `partial_gpu_mode`, which is on
by default, still asks for its GPUs, after every model is loaded. `init_kl_coef` is 0.2 by default and asks for a
reference.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}   # error: [reference-missing-with-lora]
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}

Without the check:

    partial_gpu_mode: false
    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}
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
        yield Problem(
            "actor_train.model_args.lora_target",
            "with LoRA there is no reference cluster, whose GPUs `partial_gpu_mode` checks",
            "Write `partial_gpu_mode: false`, or `init_kl_coef: 0` without `use_kl_loss`.",
        )
