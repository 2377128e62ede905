"""
LoRA dropout in reinforcement learning.

The rule finds a `lora_dropout` above 0 on `actor_train`. Dropout changes the log-probabilities of the training pass at
random. The rollout, the reference model and the old policy run without it. The policy ratios and the KL term then
contain noise. A value above 1 is not a probability: PyTorch refuses it when the training workers build the model.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_dropout: 0.1   # warning: [lora-dropout-in-rl]

Train without dropout, which is ROLL's default:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_dropout: 0.0

PyTorch refuses a percentage:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        lora_dropout: 5   # error: [lora-dropout-in-rl]

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, setup_lora_training
- PEFT 0.21.2: peft/tuners/lora/layer.py, LoraLayer.update_layer
- PyTorch 2.13.0: torch/nn/modules/dropout.py, dropout probability has to be between 0 and 1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.model_args import ModelArguments


@rule(Severity.WARNING)
def lora_dropout_in_rl(model_args: ModelArguments, context: Context) -> Iterator[Problem]:
    if context.path != "actor_train.model_args" or model_args.lora_target is None:
        return
    dropout, advice = model_args.lora_dropout or 0, "set `lora_dropout: 0.0`"
    if dropout > 1:
        message = f"`lora_dropout` must be between 0 and 1, found `{dropout:g}`"
        yield Problem("lora_dropout", message, advice, severity=Severity.ERROR, effect=Effect.WORKER_START)
    elif dropout > 0:
        yield Problem("lora_dropout", f"`lora_dropout: {dropout:g}` adds noise to the policy ratios", advice)
