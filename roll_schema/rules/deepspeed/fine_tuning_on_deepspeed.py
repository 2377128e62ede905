"""
Supervised fine-tuning on DeepSpeed.

Up to ROLL 0.1.3 it works with Megatron only; in 0.2.0 and 0.2.1 the first step fails on the loss's arguments.

    sft_train:
      strategy_args: {strategy_name: deepspeed_train, strategy_config: {}}   # error: [fine-tuning-on-deepspeed]

Megatron:

    sft_train:
      strategy_args: {strategy_name: megatron_train, strategy_config: {}}
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
        advice = "Write `strategy_name: megatron_train`."
        if context.release.matches(">=0.2.0"):
            advice = "Write `strategy_name: megatron_train` or `fsdp2_train`."
        message = f"fine-tuning in ROLL {context.release.name} does not work on DeepSpeed"
        yield Problem("sft_train.strategy_args.strategy_name", message, advice)
