"""
ZeRO stage 3 without gathering weights on save.

The rule finds ZeRO stage 3 without `stage3_gather_16bit_weights_on_model_save: true`. With stage 3 each GPU holds a
part of every weight. If DeepSpeed may not gather them, ROLL stops with an error at the first checkpoint, which means
after `save_steps` steps of work.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization: {stage: 3}   # error: [no-gather-on-save]

Gather the weights:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization: {stage: 3, stage3_gather_16bit_weights_on_model_save: true}

References:

- ROLL 0.1.0-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, DeepSpeedTrainStrategy.save_checkpoint
- DeepSpeed 0.19.8: deepspeed/runtime/zero/config.py, DeepSpeedZeroConfig
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
OTHER_NAMES = ("gather_16bit_weights_on_model_save", "stage3_gather_fp16_weights_on_model_save")
"""What DeepSpeed accepts for it as well."""

PLACE = "strategy_args.strategy_config.zero_optimization"


@rule(Severity.ERROR, effect=Effect.SAVING, releases="<0.3.0")
def no_gather_on_save(worker: WorkerConfig) -> Iterator[Problem]:
    zero = zero_settings(worker, "deepspeed_train")
    if zero is None or zero.get("stage") != 3:
        return
    gathers = next((zero[name] for name in (KEY, *OTHER_NAMES) if zero.get(name) is not None), None)
    if gathers is True:
        return
    problem = f"missing `{KEY}`" if gathers is None else f"`{KEY}` is `{shown(gathers)}`"
    yield Problem(
        f"{PLACE}.{KEY}",
        f"{problem}: saving fails with ZeRO stage 3",
        f"set `{KEY}: true`",
        also={f"{PLACE}.stage": "ZeRO stage 3"},
        change=Add("true") if gathers is None else Write("true"),
    )
