"""
A reward that roll-run does not have.

ROLL imports the class that a config names; roll-run imports nothing that a config names, and has rewards of its own in
the place of ROLL's.

    rewards:
      code:
        worker_cls: my_package.rewards.StyleRewardWorker   # error: [reward-not-covered]

Choose one that it has, or give it a function of yours, `--reward code=FILE.py:FUNCTION`:

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker

References:

- roll-run 0.1.0: roll_schema/facts/supported.py, REWARDS
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import supported
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig


@rule(Severity.ERROR)
def reward_not_covered(config: RewardConfig, context: Context) -> Iterator[Problem]:
    name = (config.worker_cls or "").rpartition(".")[2]
    if name not in supported.REWARDS:
        domain = context.path.rpartition(".")[2]
        yield Problem(
            "worker_cls",
            f"roll-run has no reward in the place of {name or 'a missing `worker_cls`'}; it has "
            f"{', '.join(supported.REWARDS)}",
            f"Choose one of these, or give a function: `--reward {domain}=FILE.py:FUNCTION`.",
        )
