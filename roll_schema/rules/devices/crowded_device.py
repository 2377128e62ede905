"""
Too much GPU memory for two vLLM engines.

ROLL generates with the rollout engine while a judge on vLLM scores finished responses. Where both share GPUs, the sum
of their `gpu_memory_utilization` must stay below 1. Otherwise one of them finds too little free memory, when it starts
or in the first step.

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {gpu_memory_utilization: 0.8}}
      device_mapping: list(range(0,8))
    rewards:
      judge:
        strategy_args:
          strategy_name: vllm
          strategy_config: {gpu_memory_utilization: 0.4, load_format: auto}   # warning: [crowded-device]
        device_mapping: list(range(0,8))

Stay below 1 in total:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {gpu_memory_utilization: 0.6}}
      device_mapping: list(range(0,8))
    rewards:
      judge:
        strategy_args:
          strategy_name: vllm
          strategy_config: {gpu_memory_utilization: 0.3, load_format: auto}
        device_mapping: list(range(0,8))

References:

- vLLM 0.32.0: vllm/v1/worker/utils.py, request_memory
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.offload_states
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import gpus
from roll_schema.models.each import each
from roll_schema.planning.workers import device_set, settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def crowded_device(config: RLVRConfig) -> Iterator[Problem]:
    rollout, rollout_devices = settings_of(config.actor_infer, "vllm"), device_set(config.actor_infer)
    share = rollout.get("gpu_memory_utilization") if rollout else None

    def judge(name: str, reward: RewardConfig) -> Iterator[Problem]:
        settings = settings_of(reward, "vllm")
        judge_share = settings.get("gpu_memory_utilization") if settings else None
        shared = rollout_devices & device_set(reward)
        if not shared or not isinstance(share, (int, float)) or not isinstance(judge_share, (int, float)):
            return
        total = share + judge_share
        if total >= 1:
            field = "strategy_args.strategy_config.gpu_memory_utilization"
            yield Problem(
                f"rewards.{name}.{field}",
                f"`gpu_memory_utilization` totals {total:g} on {gpus(shared)} "
                f"(rollout {share:g} + judge {judge_share:g})",
                "lower `gpu_memory_utilization`, or give the judge separate GPUs",
                also={f"actor_infer.{field}": "share of the rollout"},
            )

    yield from each((config.rewards or {}).items(), judge)
