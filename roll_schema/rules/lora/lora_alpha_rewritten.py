"""
A `lora_alpha` that ROLL replaces.

ROLL takes 0, null and a missing `lora_alpha` for "not given" and makes it twice the rank. A written 0 does not switch
the adapter off, which is a warning; the other two are information.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
        lora_alpha: 0   # warning: [lora-alpha-rewritten]

Write the number that you want:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
        lora_alpha: 16
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.change import Add, Write
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lora_alpha_rewritten(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    rank, alpha = model_args.lora_rank, model_args.lora_alpha
    written = context.is_set("lora_alpha")
    # With neither rank nor alpha written, lora-defaults speaks.
    if alpha or rank is None or rank <= 0 or not (written or context.is_set("lora_rank")):
        return
    said = (
        "`lora_alpha` is not set"
        if not written
        else f"`lora_alpha: {'null' if alpha is None else alpha}` counts as not set"
    )
    yield Problem(
        "lora_alpha" if written else "lora_rank",
        f"{said}: ROLL takes 2 x {rank} = {2 * rank}",
        help=f"Write `lora_alpha: {2 * rank}`, or `lora_alpha: {rank}` for a scale of 1.",
        severity=Severity.WARNING if alpha == 0 else Severity.INFO,
        effect=Effect.DIFFERENT,
        # What ROLL takes anyway is certain; a zero was meant as something.
        change=Write(str(2 * rank)) if written else Add(str(2 * rank), key="lora_alpha"),
        certain=not written,
    )
