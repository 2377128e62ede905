"""
Reference batch larger than a DPO step.

The reference model computes `reference.infer_batch_size` pairs on each of its data-parallel ranks. Their product must
not exceed the pairs of an optimizer step. ROLL asserts it after both models are loaded.

    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    reference:
      infer_batch_size: 4   # error: [reference-batch-too-large]
      strategy_args: {strategy_name: megatron_infer, strategy_config: {}}
      device_mapping: list(range(0,8))

Use one pair per rank:

    actor_train:
      training_args: {per_device_train_batch_size: 1, gradient_accumulation_steps: 1}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
      device_mapping: list(range(0,8))
    reference:
      infer_batch_size: 1
      strategy_args: {strategy_name: megatron_infer, strategy_config: {}}
      device_mapping: list(range(0,8))

References:

- ROLL 0.2.1-0.3.0: roll/pipeline/dpo/dpo_pipeline.py, DPOPipeline.__init__
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
    ranks, size = data_parallel_size(config.reference), config.reference.infer_batch_size
    pairs = step_size(config.actor_train)
    if ranks and pairs > 0 and size * ranks > pairs:
        advice = "give `reference` fewer GPUs"
        if pairs >= ranks:
            advice = f"set `infer_batch_size: {pairs // ranks}`"
        yield Problem(
            "reference.infer_batch_size",
            f"{size * ranks} pairs ({ranks} ranks × {size}) exceed the batch of an optimizer step ({pairs})",
            advice,
        )
