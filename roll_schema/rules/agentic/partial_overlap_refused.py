"""
Unsupported overlap of trainer and rollout GPUs.

Detects GPUs shared by trainer and rollout in a way that `partial_gpu_mode` refuses. It is on by default, and makes ROLL
check the overlap after every model is loaded. ROLL accepts:

- no shared GPUs;
- a trainer on a part of the rollout GPUs, with a rollout worker on other GPUs and `async_generation_ratio` above 0;
- as many training GPUs as rollout and reward GPUs together, with `async_generation_ratio: 0`.

A separate reference model must have the GPUs of the trainer.

    async_generation_ratio: 1
    actor_train:
      device_mapping: list(range(0,8))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(0,8))   # error: [partial-overlap-refused]

Use separate GPUs:

    async_generation_ratio: 1
    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(4,8))

References:

- ROLL 0.2.0-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, AgenticPipeline._validate_partial_gpu_config
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import ranges
from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import device_set, gpus_per_worker, has_reference
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig
    from roll_schema.models.roles import Roles
    from roll_schema.models.worker_config import WorkerConfig

_PLACE = "actor_infer.device_mapping"
_NOTES = {"actor_train.device_mapping": "GPUs of the trainer"}


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0", pipelines=("agentic",))
def partial_overlap_refused(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    if not config.partial_gpu_mode:
        return
    train, infer = device_set(config.actor_train), device_set(config.actor_infer)
    size = gpus_per_worker(config.actor_infer)
    if not train or not infer or not size or len(infer) % size:
        return

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        own = device_set(worker)
        if has_reference(config) and own and own != train:
            message = f"expected GPU {ranges(train)} of the trainer for the reference model, found GPU {ranges(own)}"
            advice = f"set `device_mapping: {config.actor_train.device_mapping}`"
            yield Problem(f"{role}.device_mapping", message, advice, _NOTES)

    yield from each(fields_of(config, "reference"), judge)
    if train & infer:
        yield from _overlap(config, context.roles, train, infer, size)


def _overlap(config: AgenticConfig, roles: Roles, train: set[int], infer: set[int], size: int) -> Iterator[Problem]:
    ratio = config.async_generation_ratio
    if train < infer:
        workers = [set(sorted(infer)[start : start + size]) for start in range(0, len(infer), size)]
        if all(train & worker for worker in workers):
            message = "every rollout worker shares GPUs with the trainer: none can generate during training"
            advice = f"give `{roles.infer}` more GPUs, or set `partial_gpu_mode: false`"
            yield Problem(_PLACE, message, advice, _NOTES)
        elif ratio <= 0:
            message = "`async_generation_ratio` must be positive where the trainer uses a part of the rollout GPUs"
            yield Problem(_PLACE, message, "set `async_generation_ratio: 1`", _NOTES)
        return
    if ratio > 0:
        message = f"asynchronous generation conflicts with training on the same GPUs ({ranges(train & infer)})"
        yield Problem(_PLACE, message, f"give `{roles.infer}` GPUs that `{roles.train}` does not use", _NOTES)
        return
    rewards = len(device_set(config.reward)) if config.reward is not None else 0
    if len(train) != len(infer) + rewards:
        parts = f"({len(infer)} rollout + {rewards} reward)" if rewards else "for as many of the rollout"
        message = f"expected {len(infer) + rewards} training GPUs {parts}, found {len(train)}"
        advice = f"set `device_mapping` of `{roles.train}` and `{roles.infer}` to the same GPUs"
        yield Problem(_PLACE, message, advice, _NOTES)
