"""
A rollout engine that shares some of its GPUs with training and never makes room.

ROLL 0.1.x takes the rollout engine off its GPUs during training only if `actor_train` has all of them. Where only some
are shared, weights and KV cache stay, and training runs out of memory.

    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(0,8))   # warning: [rollout-never-offloaded]

All GPUs for both, or separate ones:

    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.planning.workers import device_set, gpus_per_worker
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases=">=0.1.3,<0.2.0")
def rollout_never_offloaded(config: PPOConfig) -> Iterator[Problem]:
    train, infer = device_set(config.actor_train), device_set(config.actor_infer)
    size = gpus_per_worker(config.actor_infer)
    # What uneven-device-mapping reports stops the run before.
    if not train & infer or infer <= train or not size or len(infer) % size:
        return
    yield Problem(
        "actor_infer.device_mapping",
        f"GPU {ranges(train & infer)} is shared with `actor_train`, but {ranges(infer - train)} is not: "
        "the rollout engine then never leaves its GPUs",
        "Give `actor_train` all GPUs of `actor_infer`, or none.",
        also={"actor_train.device_mapping": "shares some of its GPUs"},
    )
