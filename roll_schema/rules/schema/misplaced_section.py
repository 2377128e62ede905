"""
A section that is taken for a name.

Below `rewards`, and below a `teacher` with several models, every key is a name. A section of a reward that stands one
level too high becomes a reward of its own, and the one it was meant for goes without.

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker
        world_size: 8
      model_args: {model_name_or_path: Qwen/Qwen2.5-7B}   # error: [misplaced-section]

Indent it into the reward:

    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker
        world_size: 8
        model_args: {model_name_or_path: Qwen/Qwen2.5-7B}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.STARTUP)
def misplaced_section(config: PPOConfig) -> Iterator[Problem]:
    def judge(field: str, named: Any) -> Iterator[Problem]:
        what = field.removesuffix("s")
        for name in named if isinstance(named, dict) else ():
            if name in WorkerConfig.model_fields:
                others = [other for other in named if other not in WorkerConfig.model_fields]
                advice = f"Indent it into the {what} that it is meant for" + (
                    f", such as `{others[0]}`." if others else "."
                )
                message = f"`{name}` stands where names of {what}s stand, and is taken for a {what} of that name"
                yield Problem(f"{field}.{name}", message, advice, at_key=True)

    yield from each(fields_of(config, "rewards", "teacher"), judge)
