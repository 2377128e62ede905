"""
Judge with Ulysses parallelism on FSDP2.

The rule finds a judge with `judge_model_type: inference` on `fsdp2_infer` and a `ulysses_size` above 1. Such a judge
generates its verdict, and ROLL's FSDP2 strategy refuses to generate with Ulysses parallelism. The first verdict fails.

    rewards:
      judge:
        judge_model_type: inference
        model_args: {ulysses_size: 2}   # warning: [judge-with-ulysses]
        strategy_args: {strategy_name: fsdp2_infer, strategy_config: {fsdp_size: 2}}

Do not split the sequences of the judge:

    rewards:
      judge:
        judge_model_type: inference
        strategy_args: {strategy_name: fsdp2_infer, strategy_config: {fsdp_size: 2}}

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/fsdp2_strategy.py, FSDP2InferStrategy.generate
- ROLL 0.2.0-0.3.0: roll/pipeline/rlvr/rewards/llm_judge_reward_worker.py, LLMJudgeRewardWorker._run_local_inference
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
        yield Problem(
            "model_args.ulysses_size",
            f"`ulysses_size: {size}` conflicts with `judge_model_type: inference`: FSDP2 cannot generate with it",
            "remove `ulysses_size`",
            also={"judge_model_type": "the judge generates its verdict"},
        )
