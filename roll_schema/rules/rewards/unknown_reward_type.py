"""
Unknown reward type of CrossThinkQA.

Detects a `CrossThinkQARuleRewardWorker` whose `reward_type` is not `loose`, `soft` or `strict`. The worker looks up the
reward by it, and fails with a KeyError when it scores the first responses.

    rewards:
      crossthinkqa:
        worker_cls: roll.pipeline.rlvr.rewards.crossthinkqa_rule_reward_worker.CrossThinkQARuleRewardWorker
        reward_type: softly   # error: [unknown-reward-type]
        world_size: 8

Use one of the three:

    rewards:
      crossthinkqa:
        worker_cls: roll.pipeline.rlvr.rewards.crossthinkqa_rule_reward_worker.CrossThinkQARuleRewardWorker
        reward_type: soft
        world_size: 8

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rewards/crossthinkqa_rule_reward_worker.py, crossthinkqa_reward_fn
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig

TYPES = ("loose", "soft", "strict")


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def unknown_reward_type(reward: RewardConfig) -> Iterator[Problem]:
    if (reward.worker_cls or "").endswith(".CrossThinkQARuleRewardWorker") and reward.reward_type not in TYPES:
        problem = f"unknown reward type `{reward.reward_type}`" if reward.reward_type else "missing `reward_type`"
        yield Problem("reward_type", f"{problem}: CrossThinkQA has {listed(TYPES)}", "set `reward_type: soft`")
