"""
Sequence length not divisible by Ulysses size.

With `ulysses_size` above 1, each sample is split into `ulysses_size` parts. Samples are padded to `sequence_length`,
which should be a multiple of it: an assertion may stop the first step otherwise.

    sequence_length: 4097
    actor_train:
      model_args: {ulysses_size: 2}   # warning: [uneven-ulysses-length]
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}

Use a multiple of 2:

    sequence_length: 4096
    actor_train:
      model_args: {ulysses_size: 2}
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}

References:

- ROLL 0.1.0-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, DeepSpeedInferStrategy.get_feature_on_cp_rank
- ROLL 0.2.0-0.3.0: roll/distributed/strategy/fsdp2_strategy.py, FSDP2InferStrategy.get_feature_on_cp_rank
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import longer_samples, runs_on, sample_length
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
            f"{length:,} tokens per sample is not divisible by `ulysses_size: {size}`",
            longer_samples(config, size),
            also={"sequence_length": f"{length:,} tokens"} if config.sequence_length else {},
        )
