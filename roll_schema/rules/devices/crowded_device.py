"""
Engines that together want more memory than a GPU has.

A judge on vLLM never leaves its GPUs. Where it shares them with the rollout, `gpu_memory_utilization` of both must stay
below 1 together, or the second engine finds too little free memory when it starts.

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {gpu_memory_utilization: 0.8}}
      device_mapping: list(range(0,8))
    rewards:
      judge:
        strategy_args:
          strategy_name: vllm
          strategy_config: {gpu_memory_utilization: 0.4, load_format: auto}   # warning: [crowded-device]
        device_mapping: list(range(0,8))

Less than 1 together:

    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {gpu_memory_utilization: 0.6}}
      device_mapping: list(range(0,8))
    rewards:
      judge:
        strategy_args:
          strategy_name: vllm
          strategy_config: {gpu_memory_utilization: 0.3, load_format: auto}
        device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.models.each import each
from roll_schema.planning.workers import device_set, settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def crowded_device(config: RLVRConfig) -> Iterator[Problem]:
    rollout, mine = settings_of(config.actor_infer, "vllm"), device_set(config.actor_infer)
    share = rollout.get("gpu_memory_utilization") if rollout else None

    def judge(name: str, reward: RewardConfig) -> Iterator[Problem]:
        settings = settings_of(reward, "vllm")
        other = settings.get("gpu_memory_utilization") if settings else None
        shared = mine & device_set(reward)
        if not shared or not isinstance(share, (int, float)) or not isinstance(other, (int, float)):
            return
        if share + other >= 1:
            field = "strategy_args.strategy_config.gpu_memory_utilization"
            yield Problem(
                f"rewards.{name}.{field}",
                f"{share:g} of the rollout + {other:g} of this judge = {share + other:g} of GPU {ranges(shared)}",
                "Lower one of them, or give the judge GPUs of its own.",
                also={f"actor_infer.{field}": "the rollout's share"},
            )

    yield from each((config.rewards or {}).items(), judge)
