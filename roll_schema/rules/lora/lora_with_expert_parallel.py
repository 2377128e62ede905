"""
Megatron LoRA with tensor and expert parallelism together.

ROLL's guide to LoRA excludes the two together on Megatron, and no check in ROLL says so.

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
            f"LoRA with tensor parallel size {tensor} and expert parallel size {expert} is not supported",
            "Write 1 for one of them.",
            {f"{SETTINGS}.tensor_model_parallel_size": "the other size", "model_args.lora_target": "this is LoRA"},
        )
