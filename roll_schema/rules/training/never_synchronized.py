"""
A transfer of weights that is asked for every 0 steps.

ROLL divides the step by `model_update_frequency` of `actor_train`: 0 fails at the first transfer, after all models are
loaded.

    actor_train:
      model_update_frequency: 0   # error: [never-synchronized]

After each step:

    actor_train:
      model_update_frequency: 1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def never_synchronized(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.actor_train.model_update_frequency == 0 and not context.only_samples:
        message = "`model_update_frequency` is 0, and ROLL divides by it"
        yield Problem("actor_train.model_update_frequency", message, "Write `model_update_frequency: 1`.")
