"""
Judge model on GPUs of the rollout.

Detects a reward on vLLM or SGLang that shares GPUs with `actor_infer`. ROLL scores responses while others are still
generated, and loads the judge for it. Both engines then hold GPU memory at the same time, and may run out of it.

    actor_infer:
      device_mapping: list(range(0,8))
    rewards:
      judge:
        judge_model_type: inference
        strategy_args: {strategy_name: vllm, strategy_config: {load_format: auto}}
        device_mapping: list(range(4,8))   # warning: [judge-shares-devices]

Give the judge its own GPUs:

    actor_infer:
      device_mapping: list(range(0,4))
    rewards:
      judge:
        judge_model_type: inference
        strategy_args: {strategy_name: vllm, strategy_config: {load_format: auto}}
        device_mapping: list(range(4,8))

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rewards/llm_judge_reward_worker.py, LLMJudgeRewardWorker.compute_rewards
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
    rollout_devices, rollout = device_set(config.actor_infer), context.roles.infer

    def judge(name: str, reward: RewardConfig) -> Iterator[Problem]:
        shared = rollout_devices & device_set(reward)
        if shared and runs_on(reward, "vllm", "sglang"):
            yield Problem(
                f"rewards.{name}.device_mapping",
                f"`{name}` and `{rollout}` share GPU {ranges(shared)}: both engines may not fit into memory",
                f"set `device_mapping` to GPUs that `{rollout}` does not use",
                also={"actor_infer.device_mapping": "GPUs of the rollout"},
            )

    yield from each((config.rewards or {}).items(), judge)
