"""
Strategy key overwritten by ROLL.

ROLL sets some keys of `strategy_config` itself: model, data type, batch size, gradient clipping. Others follow from an
adapter or from Megatron's parallel sizes. The value in the config has no effect.

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

Set the value where ROLL reads it:

    actor_infer:
      model_args: {dtype: fp16}
      strategy_args:
        strategy_name: vllm
        strategy_config: {}

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.initialize
- ROLL 0.1.0-0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronInferStrategy.__init__
- ROLL 0.1.0-0.3.0: mcore_adapter/src/mcore_adapter/training_args.py, self.accumulate_allreduce_grads_in_fp32 = True
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
"""A key, the value that ROLL uses, and the reason."""


@rule(Severity.INFO, effect=Effect.IGNORED)
def rewritten_strategy_key(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    strategy = worker.strategy_args
    backend = backend_of(strategy.strategy_name) if strategy is not None else None
    settings = strategy.strategy_config if strategy is not None else None
    if backend is None or not settings:
        return
    for entry in entries(backend, settings, context.release):
        if entry.key is not None and entry.key.overwritten and not _is_same(entry.value):
            message = f"`{entry.path}` is ignored: ROLL overwrites it with {entry.key.overwritten}"
            yield Problem(f"{_PLACE}.{entry.path}", message, f"remove `{entry.name}`", at_key=True)
    for key, used, reason in (*_adapter(worker), *_megatron(worker, context), *_fsdp2(worker, context)):
        if settings.get(key, used) != used:
            message = f"`{key}` is ignored: ROLL uses `{shown(used)}` ({reason})"
            yield Problem(f"{_PLACE}.{key}", message, f"remove `{key}`")


def _is_same(value: object) -> bool:
    """Whether a value leaves the choice to ROLL, or equals what ROLL sets, or may."""
    return value is True or value is UNKNOWN or value == "auto"


def _adapter(worker: WorkerConfig) -> Iterator[Rewrite]:
    if settings_of(worker, "vllm") is not None and worker.model_args.lora_target is not None:
        reason = "`lora_target`: base model with one adapter"
        yield from (("load_format", "auto", reason), ("enable_lora", True, reason), ("max_loras", 1, reason))


def _fsdp2(worker: WorkerConfig, context: Context) -> Iterator[Rewrite]:
    settings = settings_of(worker, "fsdp2_train", "fsdp2_infer")
    if whole_size(settings, "ep_size") not in (None, 1) and context.release.matches(">=0.3.0"):
        yield "apply_expert_patch", False, "`ep_size` above 1 needs transformers 5.2, which ROLL does not patch"


def _megatron(worker: WorkerConfig, context: Context) -> Iterator[Rewrite]:
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    sizes = whole(settings, "tensor_model_parallel_size", "expert_model_parallel_size") if settings else None
    if settings is None or sizes is None:
        return
    tensor, expert = sizes
    if tensor > 1 and expert > 1:
        yield "sequence_parallel", True, "tensor and expert parallelism together require it"
    if worker.model_args.dtype == "bf16":
        yield "accumulate_allreduce_grads_in_fp32", True, "`dtype: bf16` accumulates gradients in fp32"
    expert_tensor = settings.get("expert_tensor_parallel_size")
    if context.release.matches(">=0.3.0") and expert_tensor is not None and expert_tensor != tensor:
        reason = f"`expert_tensor_parallel_size` {expert_tensor} differs from tensor-parallel size {tensor}"
        yield "ckpt_format", "torch_dist", reason
