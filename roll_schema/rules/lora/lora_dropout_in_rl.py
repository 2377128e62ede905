"""
Dropout in the adapter while it is trained by reinforcement learning.

Dropout makes the log-probabilities of the training pass differ at random from those of the rollout, of the reference
and of the old policy. The ratios that the policy loss clips, and the KL, then hold noise beside what has been learned.
Above 1 it is no probability: the training workers stop when they build the model.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_dropout: 0.1   # warning: [lora-dropout-in-rl]

Train without it; 0 is ROLL's default:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_dropout: 0.0

A percentage is refused:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_dropout: 5   # error: [lora-dropout-in-rl]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments


@rule(Severity.WARNING, effect=Effect.IGNORED)
def lora_dropout_in_rl(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    dropout = model_args.lora_dropout
    if dropout is not None and dropout > 1:
        message = f"an adapter dropout of {dropout:g} is no probability: PyTorch wants one between 0 and 1"
        yield Problem(
            "lora_dropout", message, "Write `lora_dropout: 0.0`.", severity=Severity.ERROR, effect=Effect.WORKER_START
        )
    elif dropout is not None and dropout > 0:
        yield Problem(
            "lora_dropout",
            f"an adapter dropout of {dropout:g} makes the policy ratios noisy",
            help="Write `lora_dropout: 0.0`, or leave it out.",
        )
