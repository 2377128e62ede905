"""
Trainer and rollout that share GPUs, but not whole rollout workers.

From ROLL 0.2.0 the transfer of weights asserts, after every model is loaded, that where `actor_train` and `actor_infer`
overlap, their first GPUs and their last GPUs lie a multiple of the rollout's GPUs per worker apart, and that the
trainer has a multiple of them.

    actor_train:
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 3}}
      device_mapping: list(range(0,6))   # error: [misaligned-rollout]

Here workers of 2 GPUs begin and end where the trainer does:

    actor_train:
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {tensor_parallel_size: 2}}
      device_mapping: list(range(0,6))
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
    # What uneven-device-mapping and scattered-devices report stops the run before.
    if len(infer) % size or not set(train) & set(infer):
        return
    first, last = min(train) - min(infer), max(train) - max(infer)
    if first % size:
        problem = f"`{roles.train}` begins at GPU {min(train)} and `{roles.infer}` at {min(infer)}: {abs(first)} apart"
    elif last % size:
        problem = f"`{roles.train}` ends at GPU {max(train)} and `{roles.infer}` at {max(infer)}: {abs(last)} apart"
    elif len(train) % size:
        problem = f"`{roles.train}` has {len(train)} GPUs"
    else:
        return
    yield Problem(
        "actor_infer.device_mapping",
        f"{problem}, which is no multiple of the rollout's {size} GPUs per worker",
        "Let the two begin and end at the same worker, or share no GPU.",
        also={"actor_train.device_mapping": "shares GPUs with it"},
    )
