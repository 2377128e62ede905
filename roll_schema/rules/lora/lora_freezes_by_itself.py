"""
A prefix of modules to freeze, beside LoRA.

With a `lora_target` only the adapters train; `freeze_module_prefix` is not looked at.

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
        freeze_module_prefix: vision_model   # info: [lora-freezes-by-itself]

LoRA alone:

    actor_train:
      model_args:
        lora_target: q_proj,v_proj
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.DIFFERENT)
def lora_freezes_by_itself(worker: WorkerConfig) -> Iterator[Problem]:
    model = worker.model_args
    if model.lora_target is not None and model.freeze_module_prefix:
        message = "`freeze_module_prefix` is not looked at beside `lora_target`, which trains the adapters only"
        yield Problem("model_args.freeze_module_prefix", message, "Delete it.")
