"""
Checkpoints without optimizer state.

From ROLL 0.3.0, `save_only_model: true` saves no optimizer state. Megatron fails to resume from such a checkpoint.
FSDP2 loads nothing from it, not even the weights, and starts from the original model. Earlier releases do not read the
key.

    # roll-lint --release 0.3.0
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {save_only_model: true}   # info: [checkpoint-without-optimizer]

Save the optimizer state:

    # roll-lint --release 0.3.0
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {save_only_model: false}

References:

- ROLL 0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.save_checkpoint
- ROLL 0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.load_checkpoint
- ROLL 0.3.0: roll/distributed/strategy/fsdp2_strategy.py, FSDP2StrategyBase.load_checkpoint
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import TRAINERS, runs_on, settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.RESUMING, releases=">=0.3.0")
def checkpoint_without_optimizer(config: BaseConfig, context: Context) -> Iterator[Problem]:
    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        settings = settings_of(worker, "megatron_train", "fsdp2_train") if worker is not None else None
        if worker is None or settings is None or settings.get("save_only_model") is not True:
            return
        resumes = bool(config.resume_from_checkpoint)
        fsdp2 = runs_on(worker, "fsdp2_train")
        result = "FSDP2 loads nothing on resume" if fsdp2 else "Megatron cannot resume"
        yield Problem(
            f"{role}.strategy_args.strategy_config.save_only_model",
            f"`save_only_model: true` saves no optimizer state: {result}",
            "remove `save_only_model`",
            also=context.where_set({"resume_from_checkpoint": "this run resumes"}) if resumes else {},
            effect=Effect.DIFFERENT if fsdp2 else None,
            severity=Severity.WARNING if resumes else None,
        )

    yield from each(fields_of(config, *TRAINERS), judge)
