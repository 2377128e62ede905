"""
A judge that generates with split sequences.

On `fsdp2_infer` a judge writes its verdict token by token, which FSDP2 cannot do with `ulysses_size` above 1.

    rewards:
      judge:
        judge_model_type: inference
        model_args: {ulysses_size: 2}   # warning: [judge-with-ulysses]
        strategy_args: {strategy_name: fsdp2_infer, strategy_config: {fsdp_size: 2}}

Without:

    rewards:
      judge:
        judge_model_type: inference
        strategy_args: {strategy_name: fsdp2_infer, strategy_config: {fsdp_size: 2}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases=">=0.2.0")
def judge_with_ulysses(reward: RewardConfig) -> Iterator[Problem]:
    size = reward.model_args.ulysses_size or 1
    if size > 1 and reward.judge_model_type == "inference" and runs_on(reward, "fsdp2_infer"):
        message = f"FSDP2 does not generate with `ulysses_size: {size}`"
        yield Problem("model_args.ulysses_size", message, "Delete it.")
