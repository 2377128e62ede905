"""
GPUs for a reference model that LoRA does without.

With a `lora_target` on `actor_train`, RLVR starts no workers for `reference`: the trained model with its adapter
switched off is the reference. The section's model and `device_mapping` go unused.

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    reference:
      device_mapping: list(range(0,8))   # info: [idle-reference]

Without its `device_mapping` the config says what happens:

    actor_train:
      model_args: {lora_target: "q_proj,v_proj"}
    reference:
      model_args: {dtype: bf16}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


# The pipelines for vision-language models do start them.
@rule(Severity.INFO, effect=Effect.WASTEFUL, pipelines=("rlvr",))
def idle_reference(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.actor_train.model_args.lora_target is None or not context.is_set("reference.device_mapping"):
        return
    yield Problem(
        "reference.device_mapping",
        "with LoRA no `reference` workers are started: the trained model without its adapter is the reference, and "
        "these GPUs are not used for one",
        help="Delete `reference.device_mapping`; it does no harm.",
        also={"actor_train.model_args.lora_target": "this switches LoRA on"},
    )
