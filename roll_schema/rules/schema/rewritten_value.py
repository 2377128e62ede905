"""
A value that ROLL writes over.

What the config says is not what runs: ROLL computes the value from others, or forces one. The message says what it
becomes.

    num_return_sequences_in_group: 8
    adv_estimator: grpo
    norm_mean_type: batch   # info: [rewritten-value]
    actor_train:
      num_gpus_per_worker: 2   # info: [rewritten-value]
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))

Left out, or written as it will be:

    num_return_sequences_in_group: 8
    adv_estimator: grpo
    norm_mean_type: group
    actor_train:
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Unresolved
from roll_schema.rule import Context, FactMissing, Problem, rule
from roll_schema.workers import device_ids, gpus_per_worker, runs_on, workers_of

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


Rewrite = tuple[str, object, str]
"""A field, what it becomes, and why."""


@rule(Severity.INFO, fails="silently")
def rewritten_value(config: BaseConfig, context: Context) -> Iterator[Problem]:
    parts = [_placement(config, context), _offload(config, context)]
    if isinstance(config, PPOConfig):
        parts += [_normalization(config, context), _distillation(config, context), _resume(config, context)]
    for rewrites in parts:
        try:
            for path, becomes, why in rewrites:
                now = context.written(path)
                if context.is_set(path) and now != becomes and now is not None:
                    shown = str(becomes).lower() if isinstance(becomes, bool) else becomes
                    name = path.rpartition(".")[2]
                    yield Problem(path, f"`{name}` becomes {shown}: {why}", f"Delete it, or write `{name}: {shown}`.")
        except (Unresolved, FactMissing):
            continue


def _placement(config: BaseConfig, context: Context) -> Iterator[Rewrite]:
    last = -1
    for role, worker in workers_of(config):
        ids, size = device_ids(worker), gpus_per_worker(worker)
        if not runs_on(worker, "sglang", "hf_infer") and size and worker.strategy_args is not None:
            why = "tensor x pipeline parallel size" if runs_on(worker, "vllm") else "ROLL gives each worker one GPU"
            yield f"{role}.num_gpus_per_worker", size, why
        if ids and size and len(ids) % size == 0:
            yield f"{role}.world_size", len(ids) // size, f"{len(ids)} GPUs / {size} per worker"
        last = max([last, *(ids or ())])
    per_node = config.num_gpus_per_node
    if last >= 0 and per_node and per_node > 0:
        nodes = last // per_node + 1
        yield "num_nodes", nodes, f"the largest GPU id is {last}, with {per_node} GPUs per node"


def _offload(config: BaseConfig, context: Context) -> Iterator[Rewrite]:
    if context.release.matches(">=0.3.0"):
        for role, _ in workers_of(config):
            yield f"{role}.offload_nccl", False, "ROLL 0.3.0 switches it off"


def _normalization(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    rlvr = context.pipeline.startswith("rlvr") and not context.distills
    if rlvr and config.adv_estimator == "grpo" and context.release.matches(">=0.1.1"):
        for field in ("norm_mean_type", "norm_std_type"):
            yield field, "group", "`adv_estimator: grpo` normalizes by group"


def _distillation(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    if context.distills:
        why = "pure distillation learns from the teacher alone"
        yield "gamma", 0, why
        yield "adv_estimator", "reinforce", why
        yield "critic_warmup", 0, why
        yield "use_kl_loss", False, why
        yield "add_token_level_kl", False, why


def _resume(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    if config.resume_from_checkpoint is True and context.release.matches(">=0.3.0"):
        yield "checkpoint_config.async_upload", False, "`resume_from_checkpoint: true` uploads in line"
