"""
Unresolved `auto` in DeepSpeed's config.

Hugging Face's Trainer replaces `auto` by a value. ROLL does not use it. DeepSpeed drops an `auto` inside a section and
uses its default. This is harmless for bucket sizes, but the default of `enabled` is off. ROLL refuses a ZeRO stage that
is not a number.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          bf16: {enabled: auto}   # error: [unresolved-auto]

Set the value:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          bf16: {enabled: true}

References:

- DeepSpeed 0.19.8: deepspeed/runtime/config_utils.py, DeepSpeedConfigModel.__init__
- ROLL 0.1.0-0.2.1: roll/distributed/strategy/deepspeed_strategy.py, assert self.ds_config._stage > 0
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.strategies import backend_of, entries
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.strategy_args import StrategyArguments


@rule(Severity.ERROR, effect=Effect.DIFFERENT, releases="<0.3.0")
def unresolved_auto(strategy: StrategyArguments, context: Context) -> Iterator[Problem]:
    backend = backend_of(strategy.strategy_name)
    if backend is None or backend.title != "DeepSpeed" or not strategy.strategy_config:
        return
    for entry in entries(backend, strategy.strategy_config, context.release):
        if entry.value == "auto" and entry.name in ("stage", "enabled"):
            is_stage = entry.name == "stage"
            meaning = "is not a ZeRO stage" if is_stage else "means off"
            effect = Effect.WORKER_START if is_stage else Effect.DIFFERENT
            message = f"`{entry.path}: auto` {meaning}: only Hugging Face's Trainer resolves `auto`"
            advice = f"set `{entry.name}: {3 if is_stage else 'true'}`"
            yield Problem(f"strategy_config.{entry.path}", message, advice, effect=effect)
