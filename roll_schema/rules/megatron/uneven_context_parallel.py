"""
Samples that context parallelism cannot split.

With `context_parallel_size` above 1, Megatron splits each sample into twice as many parts. Without dynamic batching or
packing, samples are padded to `sequence_length`, which must be a multiple of that.

    sequence_length: 4098
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {context_parallel_size: 2}   # error: [uneven-context-parallel]

A multiple of 2 x 2:

    sequence_length: 4096
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {context_parallel_size: 2}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import sample_length, settings_of, whole_size
from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, pipelines=RLVR_TRAINING)
def uneven_context_parallel(config: RLVRConfig) -> Iterator[Problem]:
    worker = config.actor_train
    settings = settings_of(worker, "megatron_train")
    size, length = whole_size(settings, "context_parallel_size"), sample_length(config)
    if size is None or worker.use_dynamic_batching_in_train or worker.use_sequence_packing:
        return
    if size > 1 and length and length % (2 * size):
        yield Problem(
            "actor_train.strategy_args.strategy_config.context_parallel_size",
            f"samples of {length:,} tokens are no multiple of 2 x {size}",
            f"Make the length a multiple of {2 * size}.",
            also={"sequence_length": "their length"} if config.sequence_length else {},
        )
