"""
Megatron LoRA with a virtual pipeline.

With `virtual_pipeline_model_parallel_size`, each GPU holds several chunks of the model, and ROLL puts adapters on the
first of them only: the others train all of their weights, without a word.

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 2
          virtual_pipeline_model_parallel_size: 4   # error: [lora-with-virtual-pipeline]

Leave it out:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 2
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import TRAINERS, settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.IGNORED, releases=">=0.2.0")
def lora_with_virtual_pipeline(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train")
    if context.path not in TRAINERS or settings is None or worker.model_args.lora_target is None:
        return
    size = settings.get("virtual_pipeline_model_parallel_size")
    if isinstance(size, int) and size > 1:
        yield Problem(
            "strategy_args.strategy_config.virtual_pipeline_model_parallel_size",
            f"with LoRA, only the first of {size} model chunks per GPU gets an adapter: the others train in full",
            "Delete it, or train without LoRA.",
            {"model_args.lora_target": "this switches LoRA on"},
        )
