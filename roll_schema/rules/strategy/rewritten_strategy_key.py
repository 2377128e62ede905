"""
A key that ROLL overwrites.

Some keys of a `strategy_config` are set by ROLL whatever the config says, so that model, precision, batch and clipping
are the same everywhere. What is written there counts for nothing. Others are forced by an adapter, or by Megatron's
sizes.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          dtype: float16   # info: [rewritten-strategy-key]
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          expert_model_parallel_size: 2
          sequence_parallel: false   # info: [rewritten-strategy-key]

Set what ROLL takes the value from:

    actor_infer:
      model_args: {dtype: fp16}
      strategy_args:
        strategy_name: vllm
        strategy_config: {}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.strategies import backend_of, entries
from roll_schema.planning.workers import settings_of, whole, whole_size
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown
from roll_schema.source.tree import UNKNOWN

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

_PLACE = "strategy_args.strategy_config"

Rewrite = tuple[str, object, str]
"""A key, what it becomes, and why."""


@rule(Severity.INFO, effect=Effect.IGNORED)
def rewritten_strategy_key(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    strategy = worker.strategy_args
    backend = backend_of(strategy.strategy_name) if strategy is not None else None
    settings = strategy.strategy_config if strategy is not None else None
    if backend is None or not settings:
        return
    for entry in entries(backend, settings, context.release):
        if entry.key is not None and entry.key.overwritten and not _is_same(entry.value):
            message = f"ROLL overwrites `{entry.path}` of {backend.title} with {entry.key.overwritten}"
            yield Problem(f"{_PLACE}.{entry.path}", message, "Delete it.", at_key=True)
    for key, becomes, why in (*_adapter(worker), *_megatron(worker, context), *_fsdp2(worker, context)):
        if settings.get(key, becomes) != becomes:
            message = f"`{key}` becomes {shown(becomes)}: {why}"
            yield Problem(f"{_PLACE}.{key}", message, f"Delete it, or write `{key}: {shown(becomes)}`.")


def _is_same(value: object) -> bool:
    """Whether a value leaves the choice to ROLL, or is what ROLL writes, or may be."""
    return value is True or value is UNKNOWN or value == "auto"


def _adapter(worker: WorkerConfig) -> Iterator[Rewrite]:
    if settings_of(worker, "vllm") is not None and worker.model_args.lora_target is not None:
        why = "ROLL serves the base model of `lora_target` and one adapter"
        yield from (("load_format", "auto", why), ("enable_lora", True, why), ("max_loras", 1, why))


def _fsdp2(worker: WorkerConfig, context: Context) -> Iterator[Rewrite]:
    settings = settings_of(worker, "fsdp2_train", "fsdp2_infer")
    if whole_size(settings, "ep_size") not in (None, 1) and context.release.matches(">=0.3.0"):
        yield "apply_expert_patch", False, "`ep_size` above 1 needs transformers 5.2, where ROLL switches the patch off"


def _megatron(worker: WorkerConfig, context: Context) -> Iterator[Rewrite]:
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    sizes = whole(settings, "tensor_model_parallel_size", "expert_model_parallel_size") if settings else None
    if settings is None or sizes is None:
        return
    tensor, expert = sizes
    if tensor > 1 and expert > 1:
        yield "sequence_parallel", True, "tensor and expert parallelism together need it"
    if worker.model_args.dtype == "bf16":
        yield "accumulate_allreduce_grads_in_fp32", True, "with `dtype: bf16` gradients add up in fp32"
    expert_tensor = settings.get("expert_tensor_parallel_size")
    if context.release.matches(">=0.3.0") and expert_tensor is not None and expert_tensor != tensor:
        why = "another `expert_tensor_parallel_size` than the tensor-parallel one is saved by nothing else"
        yield "ckpt_format", "torch_dist", why
