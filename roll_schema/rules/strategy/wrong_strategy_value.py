"""
A value that the backend cannot work with.

ROLL does not look into `strategy_config`: a text where the backend wants a number, a number out of its range, or a
choice that it does not have, shows when the workers start, or is taken for something else.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          recompute_granularity: ful   # warning: [wrong-strategy-value]

Write what the backend takes:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          recompute_granularity: full

A number out of range:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_num_seqs: 0}   # warning: [wrong-strategy-value]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import types
from roll_schema.facts.strategies import backend_of, entries, fits
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.schema.wrong_type import describe
from roll_schema.rules.strategy.unknown_strategy_key import meant_for
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.tree import UNKNOWN

if TYPE_CHECKING:
    from roll_schema.facts.types import Type
    from roll_schema.models.strategy_args import StrategyArguments


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def wrong_strategy_value(strategy: StrategyArguments, context: Context) -> Iterator[Problem]:
    backend = backend_of(strategy.strategy_name)
    if backend is None or not strategy.strategy_config:
        return
    found = list(entries(backend, strategy.strategy_config, context.release))
    for entry in found if meant_for(backend, found) is None else ():
        key, value = entry.key, entry.value
        # What ROLL overwrites does not matter; DeepSpeed takes `auto` for its default nearly everywhere.
        if key is None or value is UNKNOWN or key.overwritten or (value == "auto" and backend.title == "DeepSpeed"):
            continue
        if not fits(value, key.type):
            kind = types.parse(key.type)
            choices = [str(choice) for choice in kind.choices]
            wanted = " or ".join(f"`{choice}`" for choice in choices) if choices else _in_words(kind)
            shown = "null" if value is None else describe(value)
            yield Problem(
                f"strategy_config.{entry.path}",
                f"`{entry.path}` of {backend.title} must be {wanted}, but this is {shown}",
                did_you_mean(str(value), choices)[0],
            )
        elif not key.bears(value):
            message = f"`{entry.path}` of {backend.title} must be {key.range}, but this is {describe(value)}"
            yield Problem(f"strategy_config.{entry.path}", message)


def _in_words(kind: Type) -> str:
    words = {
        "int": "an integer",
        "float": "a number",
        "bool": "`true` or `false`",
        "str": "text",
        "dict": "a mapping",
        "list": "a list",
        "none": "null",
    }
    return " or ".join(words.get(one.kind, f"of type `{one}`") for one in kind.alternatives)
