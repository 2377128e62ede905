"""
A key that ROLL overwrites.

Some keys of a `strategy_config` are set by ROLL whatever the config says, so that model, precision, batch and clipping
are the same everywhere. What is written there counts for nothing.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          dtype: float16   # info: [rewritten-strategy-key]

Set what ROLL takes the value from:

    actor_infer:
      model_args: {dtype: fp16}
      strategy_args:
        strategy_name: vllm
        strategy_config: {}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Context, Problem, rule
from roll_schema.strategies import backend_of, entries

if TYPE_CHECKING:
    from roll_schema.models.strategy_args import StrategyArguments


@rule(Severity.INFO, fails="silently")
def rewritten_strategy_key(strategy: StrategyArguments, context: Context) -> Iterator[Problem]:
    backend = backend_of(strategy.strategy_name)
    if backend is None or not strategy.strategy_config:
        return
    for entry in entries(backend, strategy.strategy_config, context.release):
        if entry.key is not None and entry.key.overwritten and entry.value not in ("auto", True):
            message = f"ROLL overwrites `{entry.path}` of {backend.title} with {entry.key.overwritten}"
            yield Problem(f"strategy_config.{entry.path}", message, "Delete it.", at_key=True)
