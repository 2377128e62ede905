"""
A reference of DPO that takes more pairs at a time than a step has.

ROLL asserts, after both models are loaded, that `reference.infer_batch_size` x its data-parallel ranks is at most the
batch of a step.

    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    reference:
      infer_batch_size: 4   # error: [reference-batch-too-large]
      strategy_args: {strategy_name: megatron_infer, strategy_config: {}}
      device_mapping: list(range(0,8))

At most one per rank:

    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    reference:
      infer_batch_size: 1
      strategy_args: {strategy_name: megatron_infer, strategy_config: {}}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import data_parallel_size, step_size
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.dpo_config import DPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.1", pipelines=("dpo",))
def reference_batch_too_large(config: DPOConfig) -> Iterator[Problem]:
    theirs, size = data_parallel_size(config.reference), config.reference.infer_batch_size
    batch = step_size(config.actor_train)
    if theirs and batch > 0 and size * theirs > batch:
        advice = "Give `actor_train` a larger batch, or `reference` fewer GPUs."
        if batch >= theirs:
            advice = f"Write `infer_batch_size: {batch // theirs}`."
        yield Problem(
            "reference.infer_batch_size",
            f"{theirs} ranks x {size} = {size * theirs} pairs, and a step has {batch}",
            advice,
        )
