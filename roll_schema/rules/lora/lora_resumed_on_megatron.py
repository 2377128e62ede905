"""
A run with LoRA on Megatron that goes on from a checkpoint.

ROLL saves the adapter into a folder below the checkpoint's, and looks for it in the checkpoint's own: the weights are
not found when the trainer starts.

    resume_from_checkpoint: /checkpoints/rlvr/checkpoint-200
    actor_train:
      model_args: {lora_target: all-linear}   # warning: [lora-resumed-on-megatron]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

From the start:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import TRAINERS, runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.RESUMING, releases=">=0.2.0")
def lora_resumed_on_megatron(config: BaseConfig) -> Iterator[Problem]:
    if not isinstance(config.resume_from_checkpoint, str):
        return

    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        if worker is not None and worker.model_args.lora_target is not None and runs_on(worker, "megatron_train"):
            yield Problem(
                f"{role}.model_args.lora_target",
                "ROLL does not find an adapter that Megatron saved when it resumes",
                "Start anew, or move the adapter's files into the checkpoint's folder.",
                also={"resume_from_checkpoint": "this run resumes"},
            )

    yield from each(fields_of(config, *TRAINERS), judge)
