"""
Something that ROLL needs and that has no default.

ROLL declares nearly every key as optional, and stops later: while it loads the config, when the pipeline is built, or
on the workers.

    actor_infer:   # error: [missing-key]
      strategy_args:
        strategy_name: vllm

The message names the key; here sampling settings are needed:

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
"""The role that each pipeline trains; the others only sample."""

FROZEN = {"dpo": "reference", "distill": "teacher", "distill_vl": "teacher"}
"""The role whose model is compared with, where it is always needed."""

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
            checks.append(_domains)  # the mathematics pipeline for vision-language models has no domains
    yield from each(((check.__name__, check) for check in checks), lambda _, check: check(config, context))


def _missing(context: Context, path: str, why: str, example: str, effect: Effect) -> Problem:
    return Problem(path, f"`{context.roles.written(path)}` is missing: {why}", f"Add `{example}`.", effect=effect)


def _lengths(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if not config.response_length and not config.sequence_length:
        why = "ROLL needs it, or `sequence_length`, to know how long answers may be"
        yield _missing(context, "response_length", why, "response_length: 1024", Effect.LOAD)


def _sampling(config: PPOConfig, context: Context) -> Iterator[Problem]:
    environments = getattr(config, "train_env_manager", None)
    if config.actor_infer.generating_args is not None:
        return
    if environments and context.release.matches(">=0.2.0") and environments.generating_args is not None:
        return
    why = "ROLL writes the number of samples into it"
    yield _missing(
        context, "actor_infer.generating_args", why, "generating_args: {temperature: 0.99, top_p: 0.99}", Effect.LOAD
    )


def _validation(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.validation is not None and config.validation.generating_args is None:
        why = "ROLL writes the answers' length into it"
        example = "generating_args: {temperature: 0.99, top_p: 0.99}"
        yield _missing(context, "validation.generating_args", why, example, Effect.LOAD)
    old = f"ROLL {context.release.name} looks for its data whether it validates or not"
    data = "data_args: {file_name: [data/math.jsonl]}"
    if config.validation is None and context.pipeline == "rlvr" and context.release.matches("==0.1.0"):
        yield _missing(context, "validation", old, f"validation: {{{data}}}", Effect.STARTUP)
    elif config.validation is not None and config.validation.data_args is None and context.release.matches("<=0.1.1"):
        yield _missing(context, "validation.data_args", old, data, Effect.STARTUP)


def _model(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.pretrain is None and any(each(fields_of(config, *ACTORS), _modelless)):
        why = "a worker without a `model_name_or_path` of its own takes its model from here"
        yield _missing(context, "pretrain", why, "pretrain: Qwen/Qwen2.5-7B", Effect.WORKER_START)


def _modelless(role: str, worker: WorkerConfig) -> Iterator[str]:
    if worker.model_args.model_name_or_path is None:
        yield role


def _rewards(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    if config.rewards is not None and not config.rewards and not context.distills:
        why = "no answer would get a score"
        example = "rewards: {math_rule: {worker_cls: ..., tag_included: [...], world_size: 8}}"
        yield _missing(context, "rewards", why, example, Effect.STARTUP)
    yield from each((config.rewards or {}).items(), _reward, context)


def _reward(name: str, reward: RewardConfig, context: Context) -> Iterator[Problem]:
    if name in type(reward).model_fields:
        return  # misplaced-section says more
    if reward.worker_cls is None:
        why = "ROLL does not know which class scores the answers"
        example = "worker_cls: roll.pipeline.rlvr.rewards.math_rule_reward_worker.MathRuleRewardWorker"
        yield _missing(context, f"rewards.{name}.worker_cls", why, example, Effect.STARTUP)
    yield from _place(f"rewards.{name}", reward, context)


def _files(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    data = config.actor_train.data_args
    if data is None:
        why = "training prompts come from its `file_name`, mixed by `domain_interleave_probs`"
        example = "data_args: {file_name: [data/math.jsonl], domain_interleave_probs: {math_rule: 1.0}}"
        yield _missing(context, "actor_train.data_args", why, example, Effect.STARTUP)
    elif data.file_name is None:
        yield _missing(
            context, "actor_train.data_args.file_name", "there are no prompts", "file_name: [a.jsonl]", Effect.STARTUP
        )


def _rows(config: DistillConfig, context: Context) -> Iterator[Problem]:
    data = config.student.data_args
    why, example = "there is nothing to learn from", "file_name: [data/train.json]"
    if data is None:
        yield _missing(context, "student.data_args", why, f"data_args: {{{example}}}", Effect.STARTUP)
    elif data.file_name is None:
        yield _missing(context, "student.data_args.file_name", why, example, Effect.STARTUP)


def _scorer(config: PPOConfig, context: Context) -> Iterator[Problem]:
    """The reward model of environments, which is served from GPUs as soon as the section is there."""
    served = hasattr(config, "train_env_manager") and context.is_set("reward")
    if served and context.release.matches(">=0.2.0") and config.reward.device_mapping is None:
        why = "with a `reward` section, ROLL counts its GPUs"
        yield _missing(context, "reward.device_mapping", why, "device_mapping: list(range(0,8))", Effect.STARTUP)


def _domains(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    data = config.actor_train.data_args
    if data is not None and data.domain_interleave_probs is None:
        why = "ROLL mixes the domains by it, even when there is one"
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
    """GPUs that ROLL counts while it loads the config, whether the pipeline trains or not."""
    if _counts_gpus(config, context):
        worker: WorkerConfig = config.actor_train  # type: ignore[attr-defined]
        if worker.device_mapping is None and worker.strategy_args is not None:
            why = f"for `{worker.strategy_args.strategy_name}` ROLL counts its GPUs while it loads the config"
            yield _missing(context, "actor_train.device_mapping", why, "device_mapping: list(range(0,8))", Effect.LOAD)


def _counts_gpus(config: BaseConfig, context: Context) -> bool:
    worker = getattr(config, "actor_train", None)
    megatron = worker is not None and runs_on(worker, *MEGATRON)
    return megatron or _counts_ranks(config, context)


def _counts_ranks(config: BaseConfig, context: Context) -> bool:
    """Whether zero-divisor says that there are none."""
    try:
        policy = isinstance(config, PPOConfig) and counts_optimizer_steps(config, context.release)
        return policy and ranks_counted(config.actor_train)  # type: ignore[attr-defined]
    except Unresolved:
        return False  # what is missing is missing all the same


def _rollout(config: PPOConfig, context: Context) -> Iterator[Problem]:
    yield from _strategy("actor_infer", config.actor_infer, context, "vllm", Effect.WORKER_START)
    yield from _place("actor_infer", config.actor_infer, context)


def _frozen(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if role := FROZEN.get(context.pipeline):
        yield from _place(role, getattr(config, role), context)


def _compared(config: PPOConfig, context: Context) -> Iterator[Problem]:
    """The model that the reward may need beside the policy."""
    # With LoRA the base model is the reference; up to 0.1.3 the agentic pipeline has a separate one all the same.
    own_base = isinstance(config, RLVRConfig) or context.release.matches(">=0.2.0")
    lora = config.actor_train.model_args.lora_target is not None and own_base
    asked = uses_reference(config)
    if context.release.matches("<0.1.3") and not lora:
        why = f"ROLL {context.release.name} always starts a reference model"
        yield from _place("reference", config.reference, context, why)
    elif asked and not lora:
        why = "the KL term (`use_kl_loss`, or `init_kl_coef` above 0) needs a reference model, and ROLL a place for it"
        yield from _place("reference", config.reference, context, why)


def _critic(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.adv_estimator == "gae":
        why = "`adv_estimator` is gae, which needs a critic, and ROLL a place for it"
        homeless = list(_place("critic", config.critic, context, why))
        yield from homeless
        if not homeless and config.critic.model_args.model_name_or_path is None and config.reward_pretrain is None:
            why = "`adv_estimator` is gae, and the critic has no `model_name_or_path` of its own"
            yield _missing(context, "reward_pretrain", why, "reward_pretrain: Qwen/Qwen2.5-7B", Effect.WORKER_START)


def _strategy(role: str, worker: WorkerConfig, context: Context, name: str, effect: Effect) -> Iterator[Problem]:
    if worker.strategy_args is None:
        why = "the worker does not know what to train or sample with"
        yield _missing(context, f"{role}.strategy_args", why, f"strategy_args: {{strategy_name: {name}}}", effect)


def _place(
    role: str, worker: WorkerConfig, context: Context, why: str = "ROLL does not know how many workers to start"
) -> Iterator[Problem]:
    if worker.device_mapping is not None or worker.world_size is not None:
        yield from _no_workers(role, worker, context)
    elif role.startswith("rewards.") and worker.strategy_args is None:
        # A reward that only computes runs on CPUs.
        yield _missing(context, f"{role}.world_size", why, "world_size: 8", Effect.STARTUP)
    else:
        yield _missing(context, f"{role}.device_mapping", why, "device_mapping: list(range(0,8))", Effect.STARTUP)


def _no_workers(role: str, worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    """A role that is started with 0 workers, of which ROLL asks the first for the number of ranks."""
    name = context.roles.written(role)
    early = context.pipeline in FINE_TUNING and not (context.pipeline == "dpo" and context.release.matches("<0.2.1"))
    effect = Effect.WORKER_START if early else Effect.FIRST_STEP
    if worker.device_mapping is None and worker.world_size <= 0:
        effect = effect if worker.world_size == 0 else Effect.WORKER_START
        message = f"`{name}.world_size` is {worker.world_size}: no worker is started"
        yield Problem(f"{role}.world_size", message, "Write 1 or more.", effect=effect)
    elif worker.device_mapping is not None and not has_gpus(worker):
        message = f"`{name}.device_mapping` has no GPUs: no worker is started"
        advice = "Write the GPUs, such as `device_mapping: list(range(0,8))`."
        yield Problem(f"{role}.device_mapping", message, advice, effect=effect)
