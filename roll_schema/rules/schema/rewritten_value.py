"""
Value overwritten by ROLL.

ROLL computes these values from others, or forces one. The value in the config has no effect. The message says what ROLL
uses instead.

    seed: 42
    num_return_sequences_in_group: 8
    adv_estimator: grpo
    norm_mean_type: batch   # info: [rewritten-value]
    actor_train:
      training_args: {seed: 1}   # info: [rewritten-value]
      num_gpus_per_worker: 2   # info: [rewritten-value]
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))

Leave these keys out, or set the value that ROLL uses:

    seed: 42
    num_return_sequences_in_group: 8
    adv_estimator: grpo
    norm_mean_type: group
    actor_train:
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, WorkerConfig.__post_init__
- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, BaseConfig.__post_init__
- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, PPOConfig.set_old_logprobs_status
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import known
from roll_schema.planning.workers import device_ids, gpus_per_worker, runs_on, step_size, workers_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import last_key
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


Rewrite = tuple[str, object, str]
"""A field, the value that ROLL uses, and the reason."""


@rule(Severity.INFO, effect=Effect.IGNORED)
def rewritten_value(config: BaseConfig, context: Context) -> Iterator[Problem]:
    parts = [_placement(config, context), _nodes(config, context), _seed(config), _offload(config, context)]
    if isinstance(config, PPOConfig):
        parts += [_normalization(config, context), _distillation(config, context), _resume(config, context)]
        parts += [_concurrency(config, context), _recomputing(config, context), _environments(config)]

    def of_part(_: int, rewrites: Iterator[Rewrite]) -> Iterator[Problem]:
        for path, used, reason in rewrites:
            yield from each([(path, used)], rewritten, reason)

    def rewritten(path: str, used: object, reason: str) -> Iterator[Problem]:
        written = context.written(path)
        if written != used and _same_type(written, used):
            name = last_key(path)
            message = f"`{name}` is ignored: ROLL uses `{shown(used)}` ({reason})"
            yield Problem(path, message, f"remove `{name}`")

    yield from each(enumerate(parts), of_part)


def _same_type(written: object, used: object) -> bool:
    """Whether both are of one type; the loader refuses a value of another type."""
    number = isinstance(used, float) and isinstance(written, int)
    return number or type(written) is type(used)


def _placement(config: BaseConfig, context: Context) -> Iterator[Rewrite]:
    def judge(role: str, worker: WorkerConfig) -> Iterator[Rewrite]:
        size = gpus_per_worker(worker)
        if not runs_on(worker, "sglang", "hf_infer") and size and worker.strategy_args is not None:
            reason = "tensor × pipeline parallel size" if runs_on(worker, "vllm") else "one GPU per worker"
            yield f"{role}.num_gpus_per_worker", size, reason
        ids = device_ids(worker)
        if ids and size and len(ids) % size == 0:
            yield f"{role}.world_size", len(ids) // size, f"{len(ids)} GPUs ÷ {size} per worker"

    yield from each(workers_of(config), judge)


def _nodes(config: BaseConfig, context: Context) -> Iterator[Rewrite]:
    per_node = config.num_gpus_per_node
    if context.cluster is not None and context.release.matches(">=0.1.3"):
        per_node = context.cluster.gpus_per_node
        yield "num_gpus_per_node", per_node, "GPUs of the node that starts ROLL"
    last = max((gpu for _, worker in workers_of(config) for gpu in device_ids(worker) or ()), default=-1)
    if last >= 0 and per_node and per_node > 0:
        nodes = last // per_node + 1
        yield "num_nodes", nodes, f"largest GPU id {last}, GPUs per node {per_node}"


def _seed(config: BaseConfig) -> Iterator[Rewrite]:
    for role, _ in known(workers_of(config)):
        if "." not in role:
            yield f"{role}.training_args.seed", config.seed, "the top-level `seed`"


def _offload(config: BaseConfig, context: Context) -> Iterator[Rewrite]:
    if context.release.matches(">=0.3.0"):
        for role, _ in known(workers_of(config)):
            yield f"{role}.offload_nccl", False, f"ROLL {context.release.name} always turns it off"


def _normalization(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    rlvr = context.pipeline.startswith("rlvr") and not context.distills
    if rlvr and config.adv_estimator == "grpo" and context.release.matches(">=0.1.1"):
        for field in ("norm_mean_type", "norm_std_type"):
            yield field, "group", "`adv_estimator: grpo` normalizes per group"


def _distillation(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    if context.distills:
        reason = "pure on-policy distillation"
        yield "gamma", 0.0, reason
        yield "adv_estimator", "reinforce", reason
        yield "critic_warmup", 0, reason
        yield "use_kl_loss", False, reason
        yield "add_token_level_kl", False, reason


def _resume(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    if config.resume_from_checkpoint is True and context.release.matches(">=0.3.0"):
        yield "checkpoint_config.async_upload", False, "`resume_from_checkpoint: true`"


def _concurrency(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    infer = config.actor_infer
    if context.release.matches(">=0.2.0") and infer.strategy_args is not None:
        least = max(1000, config.max_running_requests + 1)
        reason = "at least 1000 and more than `max_running_requests`"
        yield "actor_infer.max_concurrency", max(least, infer.max_concurrency), reason


def _recomputing(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    if context.release.matches("<0.1.3"):
        return
    field = "enable_old_logprobs_recompute"
    samples = config.rollout_batch_size * getattr(config, "num_return_sequences_in_group", 1)
    if config.force_disable_old_logprobs_recompute:
        yield field, False, "`force_disable_old_logprobs_recompute` takes precedence"
    elif config.adv_estimator in ("gigpo", "step_reinforce") and context.release.matches(">=0.2.0"):
        yield field, True, f"required by `adv_estimator: {config.adv_estimator}`"
    elif 0 < 2 * step_size(config.actor_train) <= samples:
        yield field, True, "several optimizer steps per rank and batch"


def _environments(config: PPOConfig) -> Iterator[Rewrite]:
    if not hasattr(config, "train_env_manager"):
        return
    for role in ("actor_infer", "train_env_manager", "val_env_manager"):
        yield f"{role}.generating_args.num_return_sequences", 1, "one completion per turn of an environment"
    for role in ("train_env_manager", "val_env_manager"):
        yield f"{role}.model_args.model_name_or_path", config.pretrain, "`pretrain`"
