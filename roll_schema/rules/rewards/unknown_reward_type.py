"""
A reward type that CrossThinkQA does not have.

`CrossThinkQARuleRewardWorker` looks up what an answer is worth by `reward_type`: `loose`, `soft` or `strict`. Any
other, or none, ends the run with a KeyError when the first answers are scored.

    rewards:
      crossthinkqa:
        worker_cls: roll.pipeline.rlvr.rewards.crossthinkqa_rule_reward_worker.CrossThinkQARuleRewardWorker
        reward_type: softly   # error: [unknown-reward-type]
        world_size: 8

One of the three:

    rewards:
      crossthinkqa:
        worker_cls: roll.pipeline.rlvr.rewards.crossthinkqa_rule_reward_worker.CrossThinkQARuleRewardWorker
        reward_type: soft
        world_size: 8
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig

TYPES = ("loose", "soft", "strict")


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def unknown_reward_type(reward: RewardConfig) -> Iterator[Problem]:
    if (reward.worker_cls or "").endswith(".CrossThinkQARuleRewardWorker") and reward.reward_type not in TYPES:
        shown = f"is `{reward.reward_type}`" if reward.reward_type else "is missing"
        names = ", ".join(f"`{name}`" for name in TYPES)
        yield Problem("reward_type", f"`reward_type` {shown}; CrossThinkQA has {names}", "Write `soft`.")
