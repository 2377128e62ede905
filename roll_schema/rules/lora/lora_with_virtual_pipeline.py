"""
LoRA on Megatron with a virtual pipeline.

The rule finds LoRA on Megatron with `virtual_pipeline_model_parallel_size` above 1. Each GPU then holds that many
chunks of the model, and ROLL adds adapters to the first chunk only. It trains all weights of the others.

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 2
          virtual_pipeline_model_parallel_size: 4   # error: [lora-with-virtual-pipeline]

Use a plain pipeline:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 2

References:

- ROLL 0.2.0-0.3.0: roll/models/model_providers.py, default_actor_model_provider
- ROLL 0.2.0-0.3.0: mcore_adapter/src/mcore_adapter/models/model_factory.py, VirtualModels.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import TRAINERS, settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.DIFFERENT, releases=">=0.2.0")
def lora_with_virtual_pipeline(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train")
    if context.path not in TRAINERS or settings is None or worker.model_args.lora_target is None:
        return
    key = "virtual_pipeline_model_parallel_size"
    size = settings.get(key)
    if isinstance(size, int) and size > 1:
        yield Problem(
            f"strategy_args.strategy_config.{key}",
            f"`{key}: {size}` conflicts with LoRA: only the first of {size} model chunks per GPU gets an adapter",
            f"remove `{key}`",
            {"model_args.lora_target": "enables LoRA"},
        )
