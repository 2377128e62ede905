"""
A warm-up for a critic that is not there.

With any estimator but `gae` there is no critic, and ROLL still leaves the policy untrained for `critic_warmup` steps.

    adv_estimator: reinforce
    critic_warmup: 20   # warning: [critic-warmup-without-critic]

Leave it out:

    adv_estimator: reinforce
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.WASTEFUL)
def critic_warmup_without_critic(config: PPOConfig) -> Iterator[Problem]:
    if config.critic_warmup > 0 and config.adv_estimator != "gae":
        steps, name = config.critic_warmup, config.adv_estimator
        first = f"{steps} steps train" if steps > 1 else "step trains"
        message = f"with `adv_estimator: {name}` there is no critic: the first {first} nothing"
        yield Problem("critic_warmup", message, "Delete it.", {"adv_estimator": "no critic"})
