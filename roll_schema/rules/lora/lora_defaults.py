"""
LoRA adapter of default size.

The rule finds a `lora_target` without `lora_rank` and `lora_alpha`. ROLL then uses rank 8 and twice the rank as alpha.
That is a small adapter with a scale of 2 (16 / 8), which is fine if it is intended.

    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj,o_proj   # info: [lora-defaults]
      strategy_args: {strategy_name: deepspeed_train}

Set the size that you want:

    actor_train:
      model_args:
        lora_target: q_proj,k_proj,v_proj,o_proj
        lora_rank: 32
        lora_alpha: 32
      strategy_args: {strategy_name: deepspeed_train}

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments
- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments.__post_init__
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
    roles, arguments = context.roles, worker.model_args
    written = any(context.is_set(f"model_args.{key}") for key in ("lora_rank", "lora_alpha"))
    if context.path not in ("actor_train", "actor_infer") or arguments.lora_target is None or written:
        return
    rank = arguments.lora_rank
    if rank is None:
        return
    yield Problem(
        "model_args.lora_target",
        f"missing `lora_rank` and `lora_alpha`: ROLL uses rank {rank} and alpha {2 * rank} (2 × {rank})",
        help=f"set `lora_rank: {rank}` and `lora_alpha: {2 * rank}` on `{roles.train}` and `{roles.infer}`",
    )
