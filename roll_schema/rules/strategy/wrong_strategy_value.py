"""
Invalid value for a backend.

ROLL does not check `strategy_config`. A string where the backend needs a number, a number out of range, or an unknown
choice stops the workers when they start, or changes what they do.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          recompute_granularity: ful   # warning: [wrong-strategy-value]

Set a value that the backend accepts:

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

References:

- vLLM 0.32.0: vllm/config/scheduler.py, SchedulerConfig
- DeepSpeed 0.19.8: deepspeed/runtime/zero/config.py, DeepSpeedZeroConfig
- ROLL 0.1.0-0.3.0: mcore_adapter/src/mcore_adapter/training_args.py, TrainingArguments
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import types
from roll_schema.facts.strategies import backend_of, entries, fits
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.schema.wrong_type import NAMES, describe
from roll_schema.rules.strategy.unknown_strategy_key import meant_for
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown
from roll_schema.source.tree import UNKNOWN

if TYPE_CHECKING:
    from roll_schema.facts.types import Type
    from roll_schema.models.strategy_args import StrategyArguments


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def wrong_strategy_value(strategy: StrategyArguments, context: Context) -> Iterator[Problem]:
    backend = backend_of(strategy.strategy_name)
    if backend is None or not strategy.strategy_config:
        return
    written = list(entries(backend, strategy.strategy_config, context.release))
    for entry in written if meant_for(backend, written) is None else ():
        key, value = entry.key, entry.value
        # ROLL overwrites some values; DeepSpeed reads `auto` as its default nearly everywhere.
        if key is None or value is UNKNOWN or key.overwritten or (value == "auto" and backend.title == "DeepSpeed"):
            continue
        if not fits(value, key.type):
            kind = types.parse(key.type)
            choices = [str(choice) for choice in kind.choices]
            expected = " or ".join(f"`{choice}`" for choice in choices) if choices else _type_names(kind)
            message = f"`{entry.path}` of {backend.title}: expected {expected}, found {describe(value)}"
            yield Problem(f"strategy_config.{entry.path}", message, did_you_mean(str(value), choices)[0])
        elif not key.bears(value):
            message = f"`{entry.path}` of {backend.title} must be {key.range}, found `{shown(value)}`"
            yield Problem(f"strategy_config.{entry.path}", message)


def _type_names(kind: Type) -> str:
    names = {**NAMES, "none": "null"}
    return " or ".join(names.get(one.kind, f"`{one}`") for one in kind.alternatives)
