"""
Unusual LoRA scale.

The rule divides `lora_alpha` by `lora_rank` of `actor_train`. PEFT multiplies the output of the adapter by this ratio.
ROLL's guide to LoRA sets alpha to the rank or a multiple of it, and ROLL's default is twice the rank. The rule reports
a ratio that is below 1, above 8, or not a whole number.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 32
        lora_alpha: 48   # warning: [lora-alpha-ratio]

Use the rank or a small multiple of it:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 32
        lora_alpha: 64

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, The scale factor for LoRA fine-tuning
- PEFT 0.21.2: peft/tuners/lora/layer.py, LoraLayer.update_layer
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments

HIGHEST_SCALE = 8


@rule(Severity.WARNING)
def lora_alpha_ratio(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    rank, alpha = model_args.lora_rank, model_args.lora_alpha
    if rank is None or rank < 1 or not alpha:
        return
    named = "`lora_rank`" if context.is_set("lora_rank") else "the default `lora_rank`"
    if alpha < 0:
        reason = "is negative"
    elif alpha < rank:
        reason = f"is below {named}"
    elif alpha > HIGHEST_SCALE * rank:
        reason = f"is above {HIGHEST_SCALE} × {named}"
    elif alpha % rank:
        reason = f"is not a multiple of {named}"
    else:
        return
    roles = context.roles
    yield Problem(
        "lora_alpha",
        f"`lora_alpha` {reason}: the adapter is scaled by {alpha / rank:.3g} ({alpha} / {rank})",
        help=f"set `lora_alpha: {2 * rank}` on `{roles.train}` and `{roles.infer}`",
        also={"lora_rank": f"the rank is {rank}"},
    )
