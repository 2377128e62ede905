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

from collections.abc import Iterator

from roll_schema.diagnostic import Severity
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.models.section import Unresolved
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.rule import Context, Problem, rule


@rule(Severity.ERROR, fails="at start")
def missing_key(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    checks = [_lengths, _sampling, _model, _rewards, _rollout_places]
    if context.trains:
        checks += [_files, _strategies, _training_places]
    if context.pipeline == "rlvr":
        checks.append(_domains)  # the mathematics pipeline for vision-language models has no domains
    for check in checks:
        try:
            yield from check(config)
        except Unresolved:
            continue


def _missing(path: str, why: str, example: str, fails: str) -> Problem:
    return Problem(path, f"`{path}` is missing: {why}", f"Add `{example}`.", fails=fails)


def _lengths(config: RLVRConfig) -> Iterator[Problem]:
    if not config.response_length and not config.sequence_length:
        why = "ROLL needs it, or `sequence_length`, to know how long answers may be"
        yield _missing("response_length", why, "response_length: 1024", "at load")


def _sampling(config: RLVRConfig) -> Iterator[Problem]:
    example = "generating_args: {temperature: 0.99, top_p: 0.99}"
    if config.actor_infer.generating_args is None:
        yield _missing("actor_infer.generating_args", "ROLL writes the number of samples into it", example, "at load")
    if config.validation is not None and config.validation.generating_args is None:
        yield _missing("validation.generating_args", "ROLL writes the answers' length into it", example, "at load")


def _model(config: RLVRConfig) -> Iterator[Problem]:
    workers = (config.actor_train, config.actor_infer, config.reference)
    if config.pretrain is None and any(worker.model_args.model_name_or_path is None for worker in workers):
        why = "a worker without a `model_name_or_path` of its own takes its model from here"
        yield _missing("pretrain", why, "pretrain: Qwen/Qwen2.5-7B", "at worker start")


def _rewards(config: RLVRConfig) -> Iterator[Problem]:
    if config.rewards is not None and not config.rewards:
        why = "no answer would get a score"
        example = "rewards: {math_rule: {worker_cls: ..., tag_included: [...], world_size: 8}}"
        yield _missing("rewards", why, example, "at start")
    for name, reward in (config.rewards or {}).items():
        if reward.worker_cls is None:
            why = "ROLL does not know which class scores the answers"
            yield _missing(f"rewards.{name}.worker_cls", why, "worker_cls: roll.pipeline.rlvr.rewards. ...", "at start")


def _files(config: RLVRConfig) -> Iterator[Problem]:
    data = config.actor_train.data_args
    if data is None:
        why = "training prompts come from its `file_name`, mixed by `domain_interleave_probs`"
        example = "data_args: {file_name: [data/math.jsonl], domain_interleave_probs: {math_rule: 1.0}}"
        yield _missing("actor_train.data_args", why, example, "at start")
    elif data.file_name is None:
        yield _missing("actor_train.data_args.file_name", "there are no prompts", "file_name: [a.jsonl]", "at start")


def _domains(config: RLVRConfig) -> Iterator[Problem]:
    data = config.actor_train.data_args
    if data is not None and data.domain_interleave_probs is None:
        why = "ROLL mixes the domains by it, even when there is one"
        example = "domain_interleave_probs: {math_rule: 1.0}"
        yield _missing("actor_train.data_args.domain_interleave_probs", why, example, "at start")


def _strategies(config: RLVRConfig) -> Iterator[Problem]:
    for role, name in (("actor_train", "deepspeed_train"), ("actor_infer", "vllm")):
        if getattr(config, role).strategy_args is None:
            why = "the worker does not know what to train or sample with"
            example = f"strategy_args: {{strategy_name: {name}}}"
            yield _missing(f"{role}.strategy_args", why, example, "at worker start")


def _rollout_places(config: RLVRConfig) -> Iterator[Problem]:
    yield from _place("actor_infer", config.actor_infer, "ROLL does not know how many workers to start")
    for name, reward in (config.rewards or {}).items():
        yield from _place(f"rewards.{name}", reward, "ROLL does not know how many workers to start")


def _training_places(config: RLVRConfig) -> Iterator[Problem]:
    yield from _place("actor_train", config.actor_train, "ROLL does not know how many workers to start")
    lora = config.actor_train.model_args.lora_target is not None
    if (config.enable_reference or config.use_kl_loss or config.init_kl_coef > 0) and not lora:
        why = "the KL term (`use_kl_loss`, or `init_kl_coef` above 0) needs a reference model, and ROLL a place for it"
        yield from _place("reference", config.reference, why)
    if config.adv_estimator == "gae":
        why = "`adv_estimator` is gae, which needs a critic, and ROLL a place for it"
        yield from _place("critic", config.critic, why)


def _place(role: str, worker: WorkerConfig, why: str) -> Iterator[Problem]:
    if worker.device_mapping is not None or worker.world_size is not None:
        return
    if role.startswith("rewards.") and worker.strategy_args is None:
        # A reward that only computes runs on CPUs.
        yield _missing(f"{role}.world_size", why, "world_size: 8", "at start")
        return
    # Megatron's batch check counts the devices of `actor_train` while the config is loaded.
    megatron = worker.strategy_args is not None and worker.strategy_args.strategy_name == "megatron_train"
    fails = "at load" if role == "actor_train" and megatron else "at start"
    yield _missing(f"{role}.device_mapping", why, "device_mapping: list(range(0,8))", fails)
