"""
Missing or unknown type of a judge model.

Detects an `LLMJudgeRewardWorker` whose `judge_model_type` is not `inference` (a model on GPUs of the worker) or `api`
(`judge_api_url`). The worker fails when it starts, also with `cluster`, which an example config of ROLL 0.3.0 has. With
`api` and no `judge_api_url` it fails at the first step.

    rewards:
      judge:   # error: [judge-without-kind]
        worker_cls: roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker
        world_size: 8

Set the type:

    rewards:
      judge:
        worker_cls: roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker
        judge_model_type: api
        judge_api_url: https://judge.example/v1
        judge_api_key: ${oc.env:JUDGE_API_KEY,none}
        world_size: 8

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rewards/llm_judge_reward_worker.py, LLMJudgeRewardWorker.initialize
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rewards/llm_judge_reward_worker.py, LLMJudgeRewardWorker._call_api_model
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def judge_without_kind(reward: RewardConfig) -> Iterator[Problem]:
    if not (reward.worker_cls or "").endswith(".LLMJudgeRewardWorker"):
        return
    kind = reward.judge_model_type
    if kind not in ("inference", "api"):
        problem = f"unknown judge type `{kind}`" if kind else "missing `judge_model_type`"
        on_gpus = reward.strategy_args is not None
        advice = "set `judge_model_type: inference`" if on_gpus else "set `judge_model_type: api` and `judge_api_url`"
        yield Problem("judge_model_type", f"{problem}: expected `inference` or `api`", advice)
    elif kind == "api" and not reward.judge_api_url:
        message = "missing `judge_api_url`: `judge_model_type: api` calls it"
        yield Problem("judge_api_url", message, "add `judge_api_url`", effect=Effect.FIRST_STEP)
