"""
A LoRA scale out of the ordinary.

The adapter's output is multiplied by `lora_alpha` / `lora_rank`. Alpha is usually the rank or a multiple of it; below
the rank the adapter is damped, and a scale above 8 acts like a much higher learning rate.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 32
        lora_alpha: 48   # warning: [lora-alpha-ratio]

Write the rank or a small multiple of it:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 32
        lora_alpha: 64
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments

HIGHEST_SCALE = 8


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lora_alpha_ratio(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    roles = context.roles
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    rank, alpha = model_args.lora_rank, model_args.lora_alpha
    if rank is None or rank < 1 or not alpha:
        return
    scale = f"the adapter is scaled by {alpha} / {rank} = {alpha / rank:.3g}"
    default = "" if context.is_set("lora_rank") else " (ROLL's default rank)"
    if alpha < 0:
        message = f"{scale}, a negative number"
    elif alpha < rank:
        message = f"{scale}{default}, which damps it"
    elif alpha > HIGHEST_SCALE * rank:
        message = f"{scale}{default}, which makes training unstable"
    elif alpha % rank:
        message = f"{scale}{default}; usual is the rank or a multiple of it"
    else:
        return
    yield Problem(
        "lora_alpha",
        message,
        help=f"Write `lora_alpha: {rank}` or `lora_alpha: {2 * rank}` on `{roles.train}` and `{roles.infer}`.",
        also={"lora_rank": f"the rank is {rank}"},
    )
