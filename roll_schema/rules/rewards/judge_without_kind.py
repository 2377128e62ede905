"""
A judge that does not say where its model runs.

`LLMJudgeRewardWorker` needs `judge_model_type`: `inference` runs a model on GPUs of its own, `api` calls
`judge_api_url`. Without it the worker stops when it starts.

    rewards:
      judge:   # error: [judge-without-kind]
        worker_cls: roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker
        world_size: 8

Say it:

    rewards:
      judge:
        worker_cls: roll.pipeline.rlvr.rewards.llm_judge_reward_worker.LLMJudgeRewardWorker
        judge_model_type: api
        judge_api_url: https://judge.example/v1
        judge_api_key: ${oc.env:JUDGE_API_KEY,none}
        world_size: 8
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def judge_without_kind(reward: RewardConfig, context: Context) -> Iterator[Problem]:
    if not (reward.worker_cls or "").endswith(".LLMJudgeRewardWorker"):
        return
    kind = reward.judge_model_type
    # ROLL's own config for its shared `reward_model` says `cluster`.
    known = ("inference", "api", "cluster") if context.release.matches(">=0.3.0") else ("inference", "api")
    if kind not in known:
        shown = f"`judge_model_type` is `{kind}`" if kind else "`judge_model_type` is missing"
        yield Problem(
            "judge_model_type", f"{shown}: the judge does not know where its model runs", "Write `inference` or `api`."
        )
    elif kind == "api" and not reward.judge_api_url:
        message = "the judge asks an API, but `judge_api_url` is missing"
        yield Problem("judge_api_url", message, "Add the base URL of the API.", effect=Effect.FIRST_STEP)
