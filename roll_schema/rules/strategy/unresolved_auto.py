"""
An `auto` that DeepSpeed takes for off.

`auto` is filled in by Hugging Face's trainer, which ROLL does not use. DeepSpeed itself drops an `auto` inside a
section and goes on with its default: for bucket sizes that does no harm, but the default ZeRO stage is 0 and the
default of `enabled` is off.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          bf16: {enabled: auto}   # error: [unresolved-auto]

Write what is meant:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          bf16: {enabled: true}
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
            becomes = "0" if entry.name == "stage" else "off"
            fix = "3" if entry.name == "stage" else "true"
            # ROLL asserts a stage above 0 when the worker starts.
            effect = Effect.WORKER_START if entry.name == "stage" else Effect.DIFFERENT
            message = f"without Hugging Face's trainer, `{entry.path}: auto` is {becomes}"
            yield Problem(f"strategy_config.{entry.path}", message, f"Write `{entry.name}: {fix}`.", effect=effect)
