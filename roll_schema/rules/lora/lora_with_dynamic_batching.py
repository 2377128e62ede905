"""
LoRA with a reference model and dynamic batching.

The rule finds `use_dynamic_batching_in_infer` on `actor_train` together with LoRA and a reference model. With LoRA, the
trainer without its adapter is the reference model. ROLL 0.2.0 and 0.2.1 then read the data-parallel size from the
config of the trainer, which has none. The run fails at the first step.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
      use_dynamic_batching_in_infer: true   # error: [lora-with-dynamic-batching]
      max_tokens_per_microbatch_in_infer: 16384
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}

Use batches of fixed size:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    actor_infer:
      model_args: {lora_target: "q_proj,v_proj"}

References:

- ROLL 0.2.0-0.2.1: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.run
- ROLL 0.2.0-0.2.1: roll/pipeline/agentic/agentic_pipeline.py, AgenticPipeline.run
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import uses_reference
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.2.0,<0.3.0")
def lora_with_dynamic_batching(config: PPOConfig) -> Iterator[Problem]:
    trainer = config.actor_train
    if trainer.model_args.lora_target is None or not uses_reference(config):
        return
    if trainer.use_dynamic_batching_in_infer:
        yield Problem(
            "actor_train.use_dynamic_batching_in_infer",
            "`use_dynamic_batching_in_infer` conflicts with LoRA and a reference model",
            "remove `use_dynamic_batching_in_infer`",
            also={"actor_train.model_args.lora_target": "enables LoRA"},
        )
