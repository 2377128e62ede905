"""
Rollout engine never offloaded during training.

ROLL 0.1.3 offloads the rollout engine during training only if `actor_train` uses all of its GPUs. Where only some are
shared, weights and KV cache stay in GPU memory, and training may run out of memory.

    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(0,8))   # warning: [rollout-never-offloaded]

Share all GPUs, or none:

    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.3: roll/configs/base_config.py, PPOConfig.is_train_infer_colocated
- ROLL 0.1.3: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.offload_states
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import gpus
from roll_schema.planning.workers import device_set, gpus_per_worker
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases=">=0.1.3,<0.2.0")
def rollout_never_offloaded(config: PPOConfig) -> Iterator[Problem]:
    train, infer = device_set(config.actor_train), device_set(config.actor_infer)
    size = gpus_per_worker(config.actor_infer)
    # What uneven-workers reports stops the run earlier.
    if not train & infer or infer <= train or not size or len(infer) % size:
        return
    yield Problem(
        "actor_infer.device_mapping",
        f"`actor_infer` is never offloaded: it shares {gpus(train & infer)} with `actor_train`, "
        f"not {gpus(infer - train)}",
        "give `actor_train` all GPUs of `actor_infer`, or separate ones",
        also={"actor_train.device_mapping": "shares some of the rollout's GPUs"},
    )
