"""
Resuming a LoRA run on Megatron.

The rule finds `resume_from_checkpoint` in a config that trains an adapter on Megatron. ROLL saves the adapter to a
subfolder of the checkpoint, and loads the model from the checkpoint's folder itself. It finds no weights there, and
stops when it resumes.

    resume_from_checkpoint: /checkpoints/rlvr/checkpoint-200
    actor_train:
      model_args: {lora_target: all-linear}   # warning: [lora-resumed-on-megatron]
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

Start a new run:

    actor_train:
      model_args: {lora_target: all-linear}
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.save_checkpoint
- ROLL 0.2.0-0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.load_checkpoint
- ROLL 0.2.0-0.3.0: mcore_adapter/src/mcore_adapter/models/model_factory.py, VirtualModels.load_state_dict
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
                "`lora_target` conflicts with `resume_from_checkpoint`: ROLL cannot find the saved adapter",
                "remove `resume_from_checkpoint`",
                also={"resume_from_checkpoint": "the run resumes"},
            )

    yield from each(fields_of(config, *TRAINERS), judge)
