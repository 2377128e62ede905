"""
Sequence length not divisible by context parallelism.

With `context_parallel_size` above 1, Megatron splits each sample into 2 × `context_parallel_size` chunks. Without
dynamic batching or sequence packing, samples are padded to `sequence_length`, which must be a multiple of that number.

    sequence_length: 4098
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {context_parallel_size: 2}   # error: [uneven-context-parallel]

Use a multiple of 2 × 2:

    sequence_length: 4096
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {context_parallel_size: 2}

References:

- ROLL 0.1.0-0.3.0: mcore_adapter/src/mcore_adapter/models/model_factory.py, PretrainedModel.get_batch_on_this_cp_rank
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import longer_samples, sample_length, settings_of, whole_size
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
            f"{length:,} tokens per sample is not divisible by {2 * size} (2 × `context_parallel_size: {size}`)",
            longer_samples(config, 2 * size),
            also={"sequence_length": f"{length:,} tokens"} if config.sequence_length else {},
        )
