"""
Missing key without a default.

ROLL declares nearly every key as optional. A key that it needs is missed later: while it loads the config, when it
builds the pipeline, or on the workers.

    actor_infer:   # error: [missing-key]
      strategy_args:
        strategy_name: vllm

The message names the key. A config with all keys that RLVR needs:

    pretrain: Qwen/Qwen2.5-7B
    response_length: 1024
    adv_estimator: reinforce
    rewards:
      math_rule:
        worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker
        world_size: 8
    actor_train:
      data_args: {file_name: [data/math.jsonl], domain_interleave_probs: {math_rule: 1.0}}
      strategy_args: {strategy_name: deepspeed_train}
      device_mapping: list(range(0,8))
    actor_infer:
      generating_args: {temperature: 0.99}
      strategy_args: {strategy_name: vllm}
      device_mapping: list(range(0,8))
    reference:
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, response_length or sequence_length must be set
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, domain_interleave_probs.keys()
- ROLL 0.1.0-0.3.0: roll/distributed/executor/cluster.py, world_size=self.worker_config.world_size
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.models.section import Unresolved, fields_of
from roll_schema.planning.workers import (
    ACTORS,
    counts_optimizer_steps,
    has_gpus,
    ranks_counted,
    runs_on,
    uses_reference,
)
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.distill_config import DistillConfig
    from roll_schema.models.reward_config import RewardConfig
    from roll_schema.models.worker_config import WorkerConfig

TRAINER = {
    "rlvr": "actor_train",
    "rlvr_vl": "actor_train",
    "rlvr_vlmath": "actor_train",
    "onpolicy_distill": "actor_train",
    "agentic": "actor_train",
    "dpo": "actor_train",
    "reward_fl": "actor_train",
    "sft": "sft_train",
    "distill": "student",
    "distill_vl": "student",
}
"""The role that each pipeline trains; other pipelines only generate."""

FROZEN = {"dpo": "reference", "distill": "teacher", "distill_vl": "teacher"}
"""The role of a frozen model that the pipeline always needs."""

_REWARD = "worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker"

MEGATRON = ("megatron_train", "megatron_infer")

FINE_TUNING = ("sft", "dpo", "distill", "distill_vl")
"""The pipelines that count ranks for their batches right after the workers have started."""


@rule(Severity.ERROR, effect=Effect.STARTUP)
def missing_key(config: BaseConfig, context: Context) -> Iterator[Problem]:
    checks: list[Callable[[Any, Context], Iterator[Problem]]] = [_lengths, _counted, _trainer, _frozen]
    if context.pipeline == "distill":
        checks.append(_rows)
    if isinstance(config, PPOConfig):
        checks += [_sampling, _rollout, _scorer]
        if not context.distills:
            checks += [_model, _compared, _critic] if context.pipeline in TRAINER else [_model]
    if isinstance(config, RLVRConfig):
        checks += [_rewards, _validation]
        if context.pipeline in RLVR_TRAINING:
            checks.append(_files)
        if context.pipeline == "rlvr":
            checks.append(_domains)  # vision-language pipelines for mathematics do not use domains
    yield from each(((check.__name__, check) for check in checks), lambda _, check: check(config, context))


def _missing(context: Context, path: str, why: str, example: str, effect: Effect) -> Problem:
    return Problem(path, f"missing `{context.roles.written(path)}`: {why}", f"add `{example}`", effect=effect)


def _lengths(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if not config.response_length and not config.sequence_length:
        why = "ROLL needs it, or `sequence_length`, to limit completions"
        yield _missing(context, "response_length", why, "response_length: 1024", Effect.LOAD)


def _sampling(config: PPOConfig, context: Context) -> Iterator[Problem]:
    environments = getattr(config, "train_env_manager", None)
    if config.actor_infer.generating_args is not None:
        return
    if environments and context.release.matches(">=0.2.0") and environments.generating_args is not None:
        return
    why = "ROLL sets the number of completions per prompt in it"
    yield _missing(
        context, "actor_infer.generating_args", why, "generating_args: {temperature: 0.99, top_p: 0.99}", Effect.LOAD
    )


def _validation(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    validation = config.validation
    if validation is not None and validation.generating_args is None:
        why = "ROLL sets the length of completions in it"
        example = "generating_args: {temperature: 0.99, top_p: 0.99}"
        yield _missing(context, "validation.generating_args", why, example, Effect.LOAD)
    why = f"ROLL {context.release.name} always reads validation data"
    data = "data_args: {file_name: [data/math.jsonl]}"
    if context.pipeline != "rlvr" or context.release.matches(">0.1.1"):
        return
    if validation is not None and validation.data_args is None:
        yield _missing(context, "validation.data_args", why, data, Effect.STARTUP)
    elif validation is None and context.release.matches("==0.1.1"):
        example = f"validation: {{{data}, generating_args: {{temperature: 0.99, top_p: 0.99}}}}"
        yield _missing(context, "validation", why, example, Effect.STARTUP)


def _model(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.pretrain is None and any(each(fields_of(config, *ACTORS), _modelless)):
        why = "it is the model of a role without `model_name_or_path`"
        yield _missing(context, "pretrain", why, "pretrain: Qwen/Qwen2.5-7B", Effect.STARTUP)


def _modelless(role: str, worker: WorkerConfig) -> Iterator[str]:
    if worker.model_args.model_name_or_path is None:
        yield role


def _rewards(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.rewards is not None and not config.rewards and not context.distills:
        why = "without them, no completion gets a reward"
        example = f"rewards: {{math_rule: {{{_REWARD}, tag_included: [math_rule], world_size: 8}}}}"
        yield _missing(context, "rewards", why, example, Effect.STARTUP)
    yield from each((config.rewards or {}).items(), _reward, context)


def _reward(name: str, reward: RewardConfig, context: Context) -> Iterator[Problem]:
    if name in type(reward).model_fields:
        return  # misplaced-section says more
    if reward.worker_cls is None:
        why = "it is the class that scores completions"
        yield _missing(context, f"rewards.{name}.worker_cls", why, _REWARD, Effect.STARTUP)
    yield from _place(f"rewards.{name}", reward, context)


def _files(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    data = config.actor_train.data_args
    if data is None:
        why = "it names the files of prompts and the shares of their domains"
        example = "data_args: {file_name: [data/math.jsonl], domain_interleave_probs: {math_rule: 1.0}}"
        yield _missing(context, "actor_train.data_args", why, example, Effect.STARTUP)
    elif data.file_name is None:
        why, example = "training needs prompts", "file_name: [data/math.jsonl]"
        yield _missing(context, "actor_train.data_args.file_name", why, example, Effect.STARTUP)


def _rows(config: DistillConfig, context: Context) -> Iterator[Problem]:
    data = config.student.data_args
    why, example = "training needs data", "file_name: [data/train.json]"
    if data is None:
        yield _missing(context, "student.data_args", why, f"data_args: {{{example}}}", Effect.STARTUP)
    elif data.file_name is None:
        yield _missing(context, "student.data_args.file_name", why, example, Effect.STARTUP)


def _scorer(config: PPOConfig, context: Context) -> Iterator[Problem]:
    """The reward model of environments, which runs on GPUs if the config has its section."""
    served = hasattr(config, "train_env_manager") and context.is_set("reward")
    if served and context.release.matches(">=0.2.0") and config.reward.device_mapping is None:
        why = "ROLL counts the GPUs of `reward` if the section is set"
        yield _missing(context, "reward.device_mapping", why, "device_mapping: list(range(0,8))", Effect.STARTUP)


def _domains(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    data = config.actor_train.data_args
    if data is not None and data.domain_interleave_probs is None:
        why = "it sets the share of each domain, even of a single one"
        example = "domain_interleave_probs: {math_rule: 1.0}"
        yield _missing(context, "actor_train.data_args.domain_interleave_probs", why, example, Effect.STARTUP)


def _trainer(config: BaseConfig, context: Context) -> Iterator[Problem]:
    role = TRAINER.get(context.pipeline)
    if role is None:
        return
    worker = getattr(config, role)
    early = Effect.LOAD if context.release.name == "0.1.0" and role == "actor_train" else Effect.WORKER_START
    yield from _strategy(
        role, worker, context, "fsdp2_train" if context.release.matches(">=0.3.0") else "deepspeed_train", early
    )
    counted = _counts_gpus if worker.device_mapping is None else _counts_ranks
    if role != "actor_train" or not counted(config, context):
        yield from _place(role, worker, context)


def _counted(config: BaseConfig, context: Context) -> Iterator[Problem]:
    """GPUs that ROLL counts while it loads the config, even if the pipeline does not train."""
    if _counts_gpus(config, context):
        worker: WorkerConfig = config.actor_train  # type: ignore[attr-defined]
        if worker.device_mapping is None and worker.strategy_args is not None:
            why = f"ROLL counts the GPUs of `{worker.strategy_args.strategy_name}` at load"
            yield _missing(context, "actor_train.device_mapping", why, "device_mapping: list(range(0,8))", Effect.LOAD)


def _counts_gpus(config: BaseConfig, context: Context) -> bool:
    worker = getattr(config, "actor_train", None)
    megatron = worker is not None and runs_on(worker, *MEGATRON)
    return megatron or _counts_ranks(config, context)


def _counts_ranks(config: BaseConfig, context: Context) -> bool:
    """Whether zero-divisor reports a data-parallel size of 0."""
    try:
        policy = isinstance(config, PPOConfig) and counts_optimizer_steps(config, context.release)
        return policy and ranks_counted(config.actor_train)  # type: ignore[attr-defined]
    except Unresolved:
        return False  # an unknown size does not hide a missing key


def _rollout(config: PPOConfig, context: Context) -> Iterator[Problem]:
    yield from _strategy("actor_infer", config.actor_infer, context, "vllm", Effect.WORKER_START)
    yield from _place("actor_infer", config.actor_infer, context)


def _frozen(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if role := FROZEN.get(context.pipeline):
        yield from _place(role, getattr(config, role), context)


def _compared(config: PPOConfig, context: Context) -> Iterator[Problem]:
    """The reference model, where the run needs one."""
    # With LoRA the base model is the reference; up to 0.1.3 the agentic pipeline has a separate one all the same.
    own_base = isinstance(config, RLVRConfig) or context.release.matches(">=0.2.0")
    lora = config.actor_train.model_args.lora_target is not None and own_base
    needed = uses_reference(config)
    if context.release.matches("<0.1.3") and not lora:
        why = f"ROLL {context.release.name} always starts a reference model"
        yield from _place("reference", config.reference, context, why)
    elif needed and not lora:
        why = "the KL term (`use_kl_loss`, or `init_kl_coef` above 0) needs a reference model"
        yield from _place("reference", config.reference, context, why)


def _critic(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.adv_estimator == "gae":
        why = "`adv_estimator: gae` needs a critic"
        unplaced = list(_place("critic", config.critic, context, why))
        yield from unplaced
        if not unplaced and config.critic.model_args.model_name_or_path is None and config.reward_pretrain is None:
            why = "`adv_estimator: gae` needs the model of the critic"
            yield _missing(context, "reward_pretrain", why, "reward_pretrain: Qwen/Qwen2.5-7B", Effect.WORKER_START)


def _strategy(role: str, worker: WorkerConfig, context: Context, name: str, effect: Effect) -> Iterator[Problem]:
    if worker.strategy_args is None:
        why = "it is the backend of the workers"
        yield _missing(context, f"{role}.strategy_args", why, f"strategy_args: {{strategy_name: {name}}}", effect)


def _place(
    role: str, worker: WorkerConfig, context: Context, why: str = "it sets the number of workers"
) -> Iterator[Problem]:
    if worker.device_mapping is not None or worker.world_size is not None:
        yield from _no_workers(role, worker, context)
    elif role.startswith("rewards.") and worker.strategy_args is None:
        # A reward without a strategy runs on CPUs.
        yield _missing(context, f"{role}.world_size", why, "world_size: 8", Effect.STARTUP)
    else:
        yield _missing(context, f"{role}.device_mapping", why, "device_mapping: list(range(0,8))", Effect.STARTUP)


def _no_workers(role: str, worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    """A role with 0 workers, although ROLL reads the number of ranks from the first worker."""
    name = context.roles.written(role)
    early = context.pipeline in FINE_TUNING and not (context.pipeline == "dpo" and context.release.matches("<0.2.1"))
    effect = Effect.WORKER_START if early else Effect.FIRST_STEP
    if worker.device_mapping is None and worker.world_size <= 0:
        effect = effect if worker.world_size == 0 else Effect.WORKER_START
        message = f"`{name}.world_size` must be positive, found `{worker.world_size}`: ROLL starts no worker"
        yield Problem(f"{role}.world_size", message, "set `world_size: 1` or more", effect=effect)
    elif worker.device_mapping is not None and not has_gpus(worker):
        message = f"`{name}.device_mapping` has no GPUs: ROLL starts no worker"
        yield Problem(f"{role}.device_mapping", message, "set `device_mapping: list(range(0,8))`", effect=effect)
