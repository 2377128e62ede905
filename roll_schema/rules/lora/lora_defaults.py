"""
A LoRA adapter whose size is left to ROLL.

Without `lora_rank` ROLL takes 8, and without `lora_alpha` twice the rank. That is a small adapter, scaled by
16 / 8 = 2; it is fine if it is meant.

    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj,o_proj   # info: [lora-defaults]
      strategy_args: {strategy_name: deepspeed_train}

Write down the size that you want:

    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj,o_proj
        lora_rank: 32
        lora_alpha: 32
      strategy_args: {strategy_name: deepspeed_train}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO)
def lora_defaults(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    arguments = worker.model_args
    written = any(context.is_set(f"model_args.{key}") for key in ("lora_rank", "lora_alpha"))
    if context.path not in ("actor_train", "actor_infer") or arguments.lora_target is None or written:
        return
    rank = arguments.lora_rank
    if rank is None:
        return
    yield Problem(
        "model_args.lora_target",
        f"neither `lora_rank` nor `lora_alpha` is set: ROLL takes rank {rank} and alpha 2 x {rank} = {2 * rank}",
        help=f"Write `lora_rank: {rank}` and `lora_alpha: {2 * rank}`, or the size that you want, "
        f"on `{roles.train}` and `{roles.infer}`.",
    )
