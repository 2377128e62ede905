"""
A LoRA rank that is no power of two.

It trains, but GPU kernels are tuned for powers of two, and vLLM has buffers for a few ranks only, so that a larger one
must be reserved for it.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 24   # info: [lora-rank-unusual]

Take the next power of two:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 32
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments


@rule(Severity.INFO)
def lora_rank_unusual(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    roles = context.roles
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    rank = model_args.lora_rank
    if rank is None or rank <= 0 or rank & (rank - 1) == 0:
        return
    higher = 1 << rank.bit_length()
    yield Problem(
        "lora_rank",
        f"rank {rank} is no power of two; {higher // 2} and {higher} are",
        help=f"Write `lora_rank: {higher}` on `{roles.train}` and `{roles.infer}`.",
    )
