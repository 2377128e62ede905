"""
GPUs of a reference model that LoRA replaces.

The rule finds `reference.device_mapping` next to a `lora_target` on `actor_train`. With LoRA, the RLVR pipeline starts
no workers for `reference`: the trained model without its adapter is the reference model. The `device_mapping` has no
effect on it, and does no harm.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    reference:
      device_mapping: list(range(0,8))   # info: [idle-reference]

Remove it, so that the config says what happens:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    reference:
      model_args: {dtype: bf16}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.__init__
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, is_lora_training
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


# The pipelines for vision-language models start them.
@rule(Severity.INFO, effect=Effect.IGNORED, pipelines=("rlvr",))
def idle_reference(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.actor_train.model_args.lora_target is None or not context.is_set("reference.device_mapping"):
        return
    yield Problem(
        "reference.device_mapping",
        "`reference.device_mapping` is ignored: with LoRA, ROLL starts no `reference` workers",
        help="remove `reference.device_mapping`",
        also={"actor_train.model_args.lora_target": "enables LoRA"},
    )
