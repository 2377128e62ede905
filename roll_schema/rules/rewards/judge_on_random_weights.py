"""
Reward model with random weights.

Detects a reward on vLLM without `load_format: auto`. ROLL starts vLLM with `load_format: dummy`, that is with random
weights, since it sends the weights of the policy before the first rollout. Rewards get no weights, so the model scores
at random, without an error.

    rewards:
      judge:
        worker_cls: roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker
        judge_model_type: inference
        strategy_args:
          strategy_name: vllm
          strategy_config: {gpu_memory_utilization: 0.8}   # error: [judge-on-random-weights]

Load the weights:

    rewards:
      judge:
        worker_cls: roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker
        judge_model_type: inference
        strategy_args:
          strategy_name: vllm
          strategy_config: {gpu_memory_utilization: 0.8, load_format: auto}

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.initialize
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
    if settings is not None and settings.get("load_format", "dummy") == "dummy":
        place = "strategy_args.strategy_config.load_format"
        message = "`load_format: dummy`, ROLL's default, leaves random weights in this reward's model"
        yield Problem(place, message, "set `load_format: auto`")
