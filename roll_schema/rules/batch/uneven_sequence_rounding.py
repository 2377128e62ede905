"""
Length rounding not divisible by model parallelism.

With dynamic batching, sample lengths are rounded up to a multiple of `sequence_length_round_in_train` (default: 4).
Megatron splits each sample into 2 × context parallel size chunks, with `sequence_parallel` also over the
tensor-parallel ranks. If the rounding is not a multiple of these, the first step fails on shapes.

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
      sequence_length_round_in_train: 4   # error: [uneven-sequence-rounding]
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {tensor_model_parallel_size: 4, context_parallel_size: 2, sequence_parallel: true}

Use a multiple of 4 × 2:

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
      sequence_length_round_in_train: 64
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {tensor_model_parallel_size: 4, context_parallel_size: 2, sequence_parallel: true}

References:

- ROLL 0.1.3-0.3.0: roll/utils/dynamic_batching.py, dynamic_batching_shard
- ROLL 0.1.3-0.3.0: mcore_adapter/src/mcore_adapter/models/model_factory.py, PretrainedModel.get_batch_on_this_cp_rank
"""

from __future__ import annotations

from collections.abc import Iterator
from math import lcm
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of, whole
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3")
def uneven_sequence_rounding(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    sizes = whole(settings, "tensor_model_parallel_size", "context_parallel_size") if settings else None
    if sizes is None or settings is None:
        return
    tensor, context = sizes
    chunks = 2 * context if context > 1 else 1
    # Without sequence parallelism only the context-parallel ranks split a sample.
    parts = lcm(chunks, tensor * context) if settings.get("sequence_parallel") else chunks
    for phase in ("train", "infer"):
        field = f"sequence_length_round_in_{phase}"
        length = getattr(worker, field)
        if not getattr(worker, f"use_dynamic_batching_in_{phase}") or not isinstance(length, int) or length < 1:
            continue
        if length % parts:
            yield Problem(
                field,
                f"`{field}: {length}` is not divisible by {parts} parts per sample "
                f"({tensor} tensor, {context} context)",
                f"set `{field}: {lcm(64, parts)}`",
            )
