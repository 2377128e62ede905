"""
Adapters on Megatron in a checkpoint format that cannot hold them.

`ckpt_format: torch_dist` fails when adapters are saved. `expert_tensor_parallel_size` other than
`tensor_model_parallel_size` switches to it.

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {ckpt_format: torch_dist}   # warning: [lora-expert-tensor-parallel]

Without it:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_PLACE = "strategy_args.strategy_config"


@rule(Severity.WARNING, effect=Effect.SAVING, releases=">=0.3.0")
def lora_expert_tensor_parallel(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train")
    if settings is None or worker.model_args.lora_target is None:
        return
    tensor = settings.get("tensor_model_parallel_size") or 1
    experts = settings.get("expert_tensor_parallel_size") or tensor
    if settings.get("ckpt_format") == "torch_dist":
        yield Problem(f"{_PLACE}.ckpt_format", "`torch_dist` cannot save adapters", "Delete it.")
    elif experts != tensor:
        message = f"expert tensor parallel {experts} beside tensor parallel {tensor} forces a format without adapters"
        advice = "Write the same size for both."
        yield Problem(f"{_PLACE}.expert_tensor_parallel_size", message, advice)
