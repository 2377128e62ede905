"""
Dropout in the adapter while it is trained by reinforcement learning.

Dropout makes the log-probabilities of the training pass differ at random from those of the rollout, of the reference
and of the old policy. The ratios that the policy loss clips, and the KL, then hold noise beside what has been learned.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_dropout: 0.1   # warning: [lora-dropout-in-rl]

Train without it; 0 is ROLL's default:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_dropout: 0.0
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Context, Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments


@rule(Severity.WARNING, fails="silently")
def lora_dropout_in_rl(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    if model_args.lora_dropout is not None and model_args.lora_dropout > 0:
        yield Problem(
            "lora_dropout",
            f"an adapter dropout of {model_args.lora_dropout:g} makes the policy ratios noisy",
            help="Write `lora_dropout: 0.0`, or leave it out.",
        )
