"""
ZeRO stage 3 without gathering the weights to save them.

With stage 3 each GPU holds a part of every weight. ROLL saves the model only if
`stage3_gather_16bit_weights_on_model_save` is true, and otherwise stops at the first checkpoint, after `save_steps`
steps of work.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization: {stage: 3}   # error: [no-gather-on-save]

Switch it on:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization: {stage: 3, stage3_gather_16bit_weights_on_model_save: true}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import zero_settings
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.change import Add, Write
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


KEY = "stage3_gather_16bit_weights_on_model_save"
PLACE = "strategy_args.strategy_config.zero_optimization"


@rule(Severity.ERROR, effect=Effect.SAVING, releases="<0.3.0")
def no_gather_on_save(worker: WorkerConfig) -> Iterator[Problem]:
    zero = zero_settings(worker, "deepspeed_train")
    if zero is None or zero.get("stage") != 3:
        return
    gathers = zero.get(KEY, zero.get("gather_16bit_weights_on_model_save"))
    if gathers is not True:
        found = "is missing" if gathers is None else f"is {shown(gathers)}"
        message = f"`{KEY}` {found}: with ZeRO stage 3 the first checkpoint fails"
        change = Add("true") if gathers is None else Write("true")
        also = {f"{PLACE}.stage": "ZeRO stage 3"}
        yield Problem(f"{PLACE}.{KEY}", message, f"Write `{KEY}: true`.", also, change=change)
