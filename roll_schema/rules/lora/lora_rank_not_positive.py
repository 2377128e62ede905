"""
A LoRA rank of 0 or less.

PEFT refuses the adapter when the training workers build the model ("`r` should be a positive integer value"), after
the cluster is up and the weights are loaded.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 0   # error: [lora-rank-not-positive]

Give it a rank that vLLM accepts as well, or delete `lora_target` to train without LoRA:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_rank_not_positive(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    # Only the trainer builds the adapter with PEFT; what vLLM takes is checked by a rule of its own.
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    rank = model_args.lora_rank
    if rank is None or rank <= 0:
        yield Problem(
            "lora_rank",
            f"a LoRA adapter of rank {'null' if rank is None else rank} cannot be built: PEFT wants a positive rank",
            help="Write `lora_rank: 16` on every role with a `lora_target`, or delete those to train without LoRA.",
            also={"lora_target": "this switches LoRA on"},
        )
