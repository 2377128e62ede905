"""
Unknown precision for FSDP2.

The rule compares `param_dtype` and `reduce_dtype` with the names that ROLL's FSDP2 strategy accepts, in upper or lower
case. ROLL stops with an error when the workers start if it cannot find the name in PyTorch either.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {param_dtype: bf32}   # error: [unknown-fsdp2-precision]

Use an accepted name:

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train
        strategy_config: {param_dtype: bf16}

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/fsdp2_strategy.py, _parse_dtype
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


HALF = ("fp16", "float16", "half")
KNOWN = (*HALF, "fp32", "float32", "float", "bf16", "bfloat16", "fp64", "float64")
IN_PYTORCH = "double"
"""A name of PyTorch, which ROLL does not turn into lower case."""


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def unknown_fsdp2_precision(worker: WorkerConfig) -> Iterator[Problem]:
    def judge(field: str, name: object) -> Iterator[Problem]:
        if field not in ("param_dtype", "reduce_dtype") or not isinstance(name, str):
            return
        if name.lower() not in KNOWN and name != IN_PYTORCH:
            precision = "bf16" if field == "param_dtype" else "fp32"
            place = f"strategy_args.strategy_config.{field}"
            yield Problem(place, f"unknown precision `{name}` in `{field}`", f"set `{field}: {precision}`")

    yield from each((settings_of(worker, "fsdp2_train", "fsdp2_infer") or {}).items(), judge)
