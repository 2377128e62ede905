"""
Two rewards that claim the same rows.

Each row goes to one reward by its tag. Where two list the same tag, the later one gets all of its rows, and the other
none.

    rewards:
      math_rule: {tag_included: [deepmath, gsm8k]}
      math_judge: {tag_included: [gsm8k]}   # warning: [duplicate-reward-tag]

Each tag once:

    rewards:
      math_rule: {tag_included: [deepmath]}
      math_judge: {tag_included: [gsm8k]}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import known
from roll_schema.planning.workers import items_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.change import Drop
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=("rlvr",))
def duplicate_reward_tag(config: RLVRConfig) -> Iterator[Problem]:
    owners: dict[str, str] = {}

    def judge(name: str, reward: RewardConfig) -> Iterator[Problem]:
        for place, tag in known(items_of(f"rewards.{name}.tag_included", reward.tag_included or [])):
            before = owners.get(tag)
            if before is not None:
                what = "stands here twice" if before == name else f"also belongs to `{before}`, which then gets none"
                yield Problem(
                    place,
                    f"the tag `{tag}` {what}",
                    "Leave it in one place.",
                    also={f"rewards.{before}.tag_included": "the other one"} if before != name else {},
                    severity=Severity.INFO if before == name else None,
                    change=Drop() if before == name else None,
                )
            owners[tag] = name

    yield from each((config.rewards or {}).items(), judge)
