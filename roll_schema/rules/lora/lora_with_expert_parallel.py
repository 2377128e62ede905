"""
LoRA on Megatron with tensor and expert parallelism.

The rule finds LoRA on Megatron with `tensor_model_parallel_size` and `expert_model_parallel_size` above 1. ROLL's guide
to LoRA says that the two together are not supported. ROLL does not check it.

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          expert_model_parallel_size: 4   # warning: [lora-with-expert-parallel]

Use one of them:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 1
          expert_model_parallel_size: 4

References:

- ROLL 0.2.0-0.3.0: mcore_adapter/src/mcore_adapter/adapters/utils.py, set_linear_is_expert
- ROLL 0.2.0-0.3.0: mcore_adapter/src/mcore_adapter/adapters/lora_layer.py, self.is_expert
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import TRAINERS, settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

SETTINGS = "strategy_args.strategy_config"


@rule(Severity.WARNING, effect=Effect.FIRST_STEP, releases=">=0.2.0")
def lora_with_expert_parallel(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train")
    if context.path not in TRAINERS or settings is None or worker.model_args.lora_target is None:
        return
    tensor, expert = (settings.get(f"{name}_model_parallel_size") for name in ("tensor", "expert"))
    if isinstance(tensor, int) and isinstance(expert, int) and tensor > 1 and expert > 1:
        yield Problem(
            f"{SETTINGS}.expert_model_parallel_size",
            f"`expert_model_parallel_size: {expert}` conflicts with `tensor_model_parallel_size: {tensor}` under LoRA",
            "set `tensor_model_parallel_size: 1`",
            {f"{SETTINGS}.tensor_model_parallel_size": "above 1 too", "model_args.lora_target": "enables LoRA"},
        )
