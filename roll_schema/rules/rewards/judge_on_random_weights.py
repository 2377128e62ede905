"""
A judge that runs on random weights.

ROLL starts vLLM with `load_format: dummy`, random weights, since the policy's weights are sent over before the first
rollout. A judge gets none: without `load_format: auto` it scores at random, and nothing says so.

    rewards:
      judge:
        worker_cls: roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker
        judge_model_type: inference
        strategy_args:
          strategy_name: vllm
          strategy_config: {gpu_memory_utilization: 0.8}   # error: [judge-on-random-weights]

Load its weights:

    rewards:
      judge:
        worker_cls: roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker
        judge_model_type: inference
        strategy_args:
          strategy_name: vllm
          strategy_config: {gpu_memory_utilization: 0.8, load_format: auto}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig


@rule(Severity.ERROR, effect=Effect.DIFFERENT)
def judge_on_random_weights(reward: RewardConfig) -> Iterator[Problem]:
    settings = settings_of(reward, "vllm")
    if settings is None or settings.get("load_format", "dummy") != "dummy":
        return
    place = "strategy_args.strategy_config.load_format"
    message = "this reward's vLLM starts with random weights, and nobody sends it others"
    yield Problem(place, message, "Write `load_format: auto`.")
