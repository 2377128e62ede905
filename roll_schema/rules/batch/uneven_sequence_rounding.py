"""
Sample lengths that tensor and context parallelism cannot split.

With dynamic batching, lengths are rounded up to a multiple of `sequence_length_round_in_train` (4 by default). Megatron
splits each over tensor x context parallel ranks, and fails on shapes in the first step if that does not go up.

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
      sequence_length_round_in_train: 4   # error: [uneven-sequence-rounding]
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {tensor_model_parallel_size: 4, context_parallel_size: 2, sequence_parallel: true}

A multiple of 4 x 2:

    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 16384
      sequence_length_round_in_train: 64
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {tensor_model_parallel_size: 4, context_parallel_size: 2, sequence_parallel: true}
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
    # Without sequence parallelism only the context-parallel ranks split a sample.
    if sizes is None or settings is None:
        return
    tensor, context = sizes
    halves = 2 * context if context > 1 else 1
    parts = lcm(halves, tensor * context) if settings.get("sequence_parallel") else halves
    for phase in ("train", "infer"):
        field = f"sequence_length_round_in_{phase}"
        length = getattr(worker, field)
        if not getattr(worker, f"use_dynamic_batching_in_{phase}") or not isinstance(length, int) or length < 1:
            continue
        if length % parts:
            yield Problem(
                field,
                f"lengths are rounded to multiples of {length}, but Megatron splits a sample into {parts} parts "
                f"(tensor parallel {tensor}, context parallel {context})",
                f"Write `{field}: {lcm(64, parts)}`.",
            )
