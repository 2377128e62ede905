"""
A critic that is never built.

Only `adv_estimator: gae` has a critic. With another estimator the section is ignored; its GPUs still count when ROLL
reckons how many nodes to take.

    adv_estimator: grpo
    critic:   # info: [idle-critic]
      device_mapping: list(range(0,8))

Leave it out:

    adv_estimator: grpo
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.INFO, effect=Effect.WASTEFUL)
def idle_critic(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.adv_estimator != "gae" and context.is_set("critic.device_mapping"):
        message = f"`adv_estimator: {config.adv_estimator}` has no critic: this section is not used"
        yield Problem("critic", message, "Delete it, or write `adv_estimator: gae`.", at_key=True)
