"""
LoRA rank of 0 or less.

The rule checks `lora_rank` of `actor_train`. PEFT refuses to build an adapter without a positive rank ("`r` should be a
positive integer value"). The training workers stop when they build the model, after its weights are loaded.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 0   # error: [lora-rank-not-positive]

Set a rank that vLLM accepts as well, or remove `lora_target` to train without LoRA:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_rank: 16

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, setup_lora_training
- PEFT 0.21.2: peft/tuners/lora/layer.py, LoraLayer.update_layer
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def lora_rank_not_positive(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    # Only the trainer builds an adapter with PEFT; lora-rank-refused-by-vllm checks the rollout.
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    roles, rank = context.roles, model_args.lora_rank
    if rank is None or rank <= 0:
        yield Problem(
            "lora_rank",
            f"`lora_rank` must be a positive integer, found `{shown(rank)}`",
            help=f"set `lora_rank: 16` on `{roles.train}` and `{roles.infer}`",
            also={"lora_target": "enables LoRA"},
        )
