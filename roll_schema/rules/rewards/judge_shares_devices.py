"""
A judge model on the GPUs of the rollout.

Answers are scored while others are still generated, so that a judge on vLLM or SGLang is not offloaded in time: both
engines hold their memory at once. ROLL's guide wants GPUs of the judge's own.

    actor_infer:
      device_mapping: list(range(0,8))
    rewards:
      judge:
        judge_model_type: inference
        strategy_args: {strategy_name: vllm, strategy_config: {load_format: auto}}
        device_mapping: list(range(4,8))   # warning: [judge-shares-devices]

GPUs of its own:

    actor_infer:
      device_mapping: list(range(0,4))
    rewards:
      judge:
        judge_model_type: inference
        strategy_args: {strategy_name: vllm, strategy_config: {load_format: auto}}
        device_mapping: list(range(4,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.models.each import each
from roll_schema.planning.workers import device_set, runs_on
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, pipelines=RLVR_TRAINING)
def judge_shares_devices(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    rollout = device_set(config.actor_infer)

    def judge(name: str, reward: RewardConfig) -> Iterator[Problem]:
        shared = rollout & device_set(reward)
        if shared and runs_on(reward, "vllm", "sglang"):
            yield Problem(
                f"rewards.{name}.device_mapping",
                f"this judge stays in the memory of GPU {ranges(shared)}, where `{context.roles.infer}` generates",
                "Give the judge GPUs of its own.",
                also={"actor_infer.device_mapping": "shares GPUs with it"},
            )

    yield from each((config.rewards or {}).items(), judge)
