"""
`lora_alpha` replaced by twice the rank.

The rule finds a `lora_alpha` of 0 or null, or a `lora_rank` without `lora_alpha`. ROLL replaces each of them by twice
the rank. A `lora_alpha` of 0 does not disable the adapter, which is a warning; the others are information.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
        lora_alpha: 0   # warning: [lora-alpha-rewritten]

Set the value that you want:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
        lora_alpha: 16

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.change import Add, Write
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def lora_alpha_rewritten(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    rank, alpha = model_args.lora_rank, model_args.lora_alpha
    written = context.is_set("lora_alpha")
    # Without rank and alpha, lora-defaults reports it.
    if alpha or rank is None or rank <= 0 or not (written or context.is_set("lora_rank")):
        return
    problem = f"`lora_alpha: {shown(alpha)}` is replaced" if written else "missing `lora_alpha`"
    yield Problem(
        "lora_alpha" if written else "lora_rank",
        f"{problem}: ROLL uses {2 * rank} (2 × `lora_rank` {rank})",
        help=f"set `lora_alpha: {2 * rank}`",
        severity=Severity.WARNING if alpha == 0 else Severity.INFO,
        # The value that ROLL uses anyway is certain; a zero had another purpose.
        change=Write(str(2 * rank)) if written else Add(str(2 * rank), key="lora_alpha"),
        certain=not written,
    )
