"""
Samples that Ulysses cannot split.

With `ulysses_size` above 1 each sample is split into as many parts. Samples are padded to `sequence_length`, which
should be a multiple of that.

    sequence_length: 4097
    actor_train:
      model_args: {ulysses_size: 2}   # warning: [uneven-ulysses-length]
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}

A multiple of 2:

    sequence_length: 4096
    actor_train:
      model_args: {ulysses_size: 2}
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on, sample_length
from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, pipelines=RLVR_TRAINING)
def uneven_ulysses_length(config: RLVRConfig) -> Iterator[Problem]:
    worker, length = config.actor_train, sample_length(config)
    size = worker.model_args.ulysses_size or 1
    if size > 1 and length % size and runs_on(worker, "deepspeed_train", "fsdp2_train"):
        yield Problem(
            "actor_train.model_args.ulysses_size",
            f"samples of {length:,} tokens are no multiple of {size}",
            f"Make the length a multiple of {size}.",
            also={"sequence_length": "their length"} if config.sequence_length else {},
        )
