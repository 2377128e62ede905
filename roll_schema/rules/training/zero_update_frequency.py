"""
Zero `model_update_frequency`.

ROLL transfers the weights of `actor_train` to `actor_infer` every `model_update_frequency` steps, and takes the step
modulo that number. 0 is a division by zero at the first transfer, after all models are loaded.

    actor_train:
      model_update_frequency: 0   # error: [zero-update-frequency]

Transfer the weights after each step:

    actor_train:
      model_update_frequency: 1

References:

- ROLL 0.1.0-0.3.0: roll/distributed/executor/model_update_group.py, ModelUpdateGroup.model_update
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def zero_update_frequency(config: PPOConfig, context: Context) -> Iterator[Problem]:
    key = "model_update_frequency"
    if config.actor_train.model_update_frequency == 0 and not context.only_samples:
        message = f"`{key}` must not be 0: ROLL divides by it"
        yield Problem(f"actor_train.{key}", message, f"set `{key}: 1`")
