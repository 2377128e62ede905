"""
LoRA rank that is not a power of two.

The rule checks `lora_rank` of `actor_train`. Such a rank can be trained, but vLLM has buffers for a few ranks only,
most of them powers of two. For a rank between them, it reserves memory for the next higher one.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 24   # info: [lora-rank-unusual]

Use the next power of two:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 32

References:

- vLLM 0.32.0: vllm/config/lora.py, MaxLoRARanks
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
    yield Problem(
        "lora_rank",
        f"`lora_rank: {rank}` is not a power of two",
        help=f"set `lora_rank: {1 << rank.bit_length()}` on `{roles.train}` and `{roles.infer}`",
    )
