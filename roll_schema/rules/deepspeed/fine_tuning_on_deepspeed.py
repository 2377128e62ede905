"""
Supervised fine-tuning on DeepSpeed.

The rule finds `deepspeed_train` as the strategy of `sft_train`. Up to ROLL 0.1.3 the loss function of fine-tuning
returns one tensor, and the DeepSpeed strategy expects a loss and metrics. In 0.2.0 and 0.2.1 the loss function passes
one argument more than the strategy accepts. Either way, training stops at the first step.

    sft_train:
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}   # error: [fine-tuning-on-deepspeed]

Train with Megatron:

    sft_train:
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}

References:

- ROLL 0.1.1-0.2.1: roll/pipeline/sft/sft_worker.py, SFTWorker.loss_func
- ROLL 0.1.1-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, DeepSpeedTrainStrategy.train_step
- ROLL 0.2.0-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, DeepSpeedTrainStrategy.op_compute_language_loss
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.sft_config import SFTConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases="<0.3.0", pipelines=("sft",))
def fine_tuning_on_deepspeed(config: SFTConfig, context: Context) -> Iterator[Problem]:
    if runs_on(config.sft_train, "deepspeed_train"):
        yield Problem(
            "sft_train.strategy_args.strategy_name",
            f"`deepspeed_train` does not support supervised fine-tuning in ROLL {context.release.name}",
            "set `strategy_name: megatron_train`",
        )
