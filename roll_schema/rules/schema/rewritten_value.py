"""
A value that ROLL writes over.

What the config says is not what runs: ROLL computes the value from others, or forces one. The message says what it
becomes.

    seed: 42
    num_return_sequences_in_group: 8
    adv_estimator: grpo
    norm_mean_type: batch   # info: [rewritten-value]
    actor_train:
      training_args: {seed: 1}   # info: [rewritten-value]
      num_gpus_per_worker: 2   # info: [rewritten-value]
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
      device_mapping: list(range(0,8))

Left out, or written as it will be:

    seed: 42
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

from roll_schema.models.each import each
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import known
from roll_schema.planning.workers import device_ids, gpus_per_worker, runs_on, step_size, workers_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


Rewrite = tuple[str, object, str]
"""A field, what it becomes, and why."""


@rule(Severity.INFO, effect=Effect.DIFFERENT)
def rewritten_value(config: BaseConfig, context: Context) -> Iterator[Problem]:
    parts = [_placement(config, context), _nodes(config, context), _seed(config), _offload(config, context)]
    if isinstance(config, PPOConfig):
        parts += [_normalization(config, context), _distillation(config, context), _resume(config, context)]
        parts += [_concurrency(config, context), _recomputing(config, context), _environments(config)]

    def of_part(_: int, rewrites: Iterator[Rewrite]) -> Iterator[Problem]:
        for path, becomes, why in rewrites:
            yield from each([(path, becomes)], rewritten, why)

    def rewritten(path: str, becomes: object, why: str) -> Iterator[Problem]:
        now = context.written(path)
        if now != becomes and _alike(now, becomes):
            name = path.rpartition(".")[2]
            advice = f"Delete it, or write `{name}: {shown(becomes)}`."
            yield Problem(path, f"`{name}` becomes {shown(becomes)}: {why}", advice)

    yield from each(enumerate(parts), of_part)


def _alike(now: object, becomes: object) -> bool:
    """Whether both are of one type; what is refused for its type is not rewritten."""
    number = isinstance(becomes, float) and isinstance(now, int)
    return number or type(now) is type(becomes)


def _placement(config: BaseConfig, context: Context) -> Iterator[Rewrite]:
    def judge(role: str, worker: WorkerConfig) -> Iterator[Rewrite]:
        size = gpus_per_worker(worker)
        if not runs_on(worker, "sglang", "hf_infer") and size and worker.strategy_args is not None:
            why = "tensor x pipeline parallel size" if runs_on(worker, "vllm") else "ROLL gives each worker one GPU"
            yield f"{role}.num_gpus_per_worker", size, why
        ids = device_ids(worker)
        if ids and size and len(ids) % size == 0:
            yield f"{role}.world_size", len(ids) // size, f"{len(ids)} GPUs / {size} per worker"

    yield from each(workers_of(config), judge)


def _nodes(config: BaseConfig, context: Context) -> Iterator[Rewrite]:
    per_node = config.num_gpus_per_node
    if context.cluster is not None and context.release.matches(">=0.1.3"):
        per_node = context.cluster.gpus_per_node
        yield "num_gpus_per_node", per_node, "ROLL counts the GPUs of the driver's machine"
    last = max((gpu for _, worker in workers_of(config) for gpu in device_ids(worker) or ()), default=-1)
    if last >= 0 and per_node and per_node > 0:
        nodes = last // per_node + 1
        yield "num_nodes", nodes, f"the largest GPU id is {last}, and a node has {per_node}"


def _seed(config: BaseConfig) -> Iterator[Rewrite]:
    for role, _ in known(workers_of(config)):
        if "." not in role:
            yield f"{role}.training_args.seed", config.seed, "the top-level `seed` is that of every role"


def _offload(config: BaseConfig, context: Context) -> Iterator[Rewrite]:
    if context.release.matches(">=0.3.0"):
        for role, _ in known(workers_of(config)):
            yield f"{role}.offload_nccl", False, "ROLL 0.3.0 switches it off"


def _normalization(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    rlvr = context.pipeline.startswith("rlvr") and not context.distills
    if rlvr and config.adv_estimator == "grpo" and context.release.matches(">=0.1.1"):
        for field in ("norm_mean_type", "norm_std_type"):
            yield field, "group", "`adv_estimator: grpo` normalizes by group"


def _distillation(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    if context.distills:
        why = "pure distillation learns from the teacher alone"
        yield "gamma", 0.0, why
        yield "adv_estimator", "reinforce", why
        yield "critic_warmup", 0, why
        yield "use_kl_loss", False, why
        yield "add_token_level_kl", False, why


def _resume(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    if config.resume_from_checkpoint is True and context.release.matches(">=0.3.0"):
        yield "checkpoint_config.async_upload", False, "`resume_from_checkpoint: true` uploads in line"


def _concurrency(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    infer = config.actor_infer
    if context.release.matches(">=0.2.0") and infer.strategy_args is not None:
        least = max(1000, config.max_running_requests + 1)
        yield "actor_infer.max_concurrency", max(least, infer.max_concurrency), f"ROLL raises it to at least {least}"


def _recomputing(config: PPOConfig, context: Context) -> Iterator[Rewrite]:
    if context.release.matches("<0.1.3"):
        return
    field = "enable_old_logprobs_recompute"
    samples = config.rollout_batch_size * getattr(config, "num_return_sequences_in_group", 1)
    if config.force_disable_old_logprobs_recompute:
        yield field, False, "`force_disable_old_logprobs_recompute` wins"
    elif config.adv_estimator in ("gigpo", "step_reinforce") and context.release.matches(">=0.2.0"):
        yield field, True, f"`adv_estimator: {config.adv_estimator}` needs it"
    elif 0 < 2 * step_size(config.actor_train) <= samples:
        yield field, True, "each rank makes more than one optimizer step with a batch"


def _environments(config: PPOConfig) -> Iterator[Rewrite]:
    if not hasattr(config, "train_env_manager"):
        return
    for role in ("actor_infer", "train_env_manager", "val_env_manager"):
        yield f"{role}.generating_args.num_return_sequences", 1, "an environment plays each trajectory once"
    for role in ("train_env_manager", "val_env_manager"):
        yield f"{role}.model_args.model_name_or_path", config.pretrain, "environments take `pretrain`"
