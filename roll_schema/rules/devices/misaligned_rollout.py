"""
Rollout workers not aligned with the trainer.

Where `actor_train` and `actor_infer` share GPUs, ROLL sends weights on the shared GPU. Since ROLL 0.2.0, assertions
require three multiples of the rollout's GPUs per worker: the distance between the first GPUs, the distance between the
last GPUs, and the number of the trainer's GPUs. They fail after all models are loaded.

    actor_train:
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 3}}
      device_mapping: list(range(0,6))   # error: [misaligned-rollout]

Align the workers: with 2 GPUs per worker, one starts and one ends with the trainer:

    actor_train:
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 2}}
      device_mapping: list(range(0,6))

References:

- ROLL 0.2.0-0.3.0: roll/third_party/megatron/model_update.py, MegatronWeightUpdater._setup_colocated_model_update
- ROLL 0.2.0-0.3.0: roll/third_party/fsdp2/model_update.py, FSDP2WeightUpdater._setup_colocated_model_update
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_ids, gpus_per_worker
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def misaligned_rollout(config: PPOConfig, context: Context) -> Iterator[Problem]:
    roles = context.roles
    train, infer = device_ids(config.actor_train), device_ids(config.actor_infer)
    size = gpus_per_worker(config.actor_infer)
    if not train or not infer or not size or context.only_samples:
        return
    # What uneven-workers and scattered-devices report stops the run earlier.
    if len(infer) % size or not set(train) & set(infer):
        return
    first, last = min(train) - min(infer), max(train) - max(infer)
    if first % size:
        distance = f"offset of {abs(first)} from the first GPU of `{roles.train}`"
    elif last % size:
        distance = f"offset of {abs(last)} from the last GPU of `{roles.train}`"
    elif len(train) % size:
        distance = f"`{roles.train}` on {len(train)} GPUs"
    else:
        return
    yield Problem(
        "actor_infer.device_mapping",
        f"{distance} is not divisible by {size} (GPUs per rollout worker)",
        f"give `{roles.train}` and `{roles.infer}` the same GPUs, or separate ones",
        also={"actor_train.device_mapping": "shares GPUs with the rollout"},
    )
