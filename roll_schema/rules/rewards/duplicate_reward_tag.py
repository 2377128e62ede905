"""
Tag in two rewards.

Detects a tag that `tag_included` of two rewards list, or one reward twice. ROLL sends the rows of a tag to one reward:
the later one gets them, and the earlier one gets none.

    rewards:
      math_rule: {tag_included: [deepmath, gsm8k]}
      math_judge: {tag_included: [gsm8k]}   # warning: [duplicate-reward-tag]

List each tag once:

    rewards:
      math_rule: {tag_included: [deepmath]}
      math_judge: {tag_included: [gsm8k]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_config.py, self.tag_2_domain
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, update_dataset_domain
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
            if before == name:
                message = f"duplicate tag `{tag}` in `{name}`"
                advice = f"remove one `{tag}` from `tag_included`"
                yield Problem(place, message, advice, effect=Effect.IGNORED, severity=Severity.INFO, change=Drop())
            elif before is not None:
                message = f"tag `{tag}` is also in `{before}`, which gets none of its rows"
                notes = {f"rewards.{before}.tag_included": f"tags of `{before}`"}
                yield Problem(place, message, f"remove `{tag}` from `{before}`", notes)
            owners[tag] = name

    yield from each((config.rewards or {}).items(), judge)
