"""
SGLang without `mem_fraction_static`.

ROLL requires `mem_fraction_static`, SGLang's share of each GPU's memory. Without it, the worker raises a KeyError when
it starts.

    actor_infer:
      strategy_args:
        strategy_name: sglang
        strategy_config: {load_format: dummy}   # error: [sglang-memory-missing]

Set it:

    actor_infer:
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8, load_format: dummy}

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/sglang_strategy.py, SgLangStrategy.initialize
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def sglang_memory_missing(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "sglang")
    if settings is not None and "mem_fraction_static" not in settings:
        place = "strategy_args.strategy_config.mem_fraction_static"
        yield Problem(place, "missing `mem_fraction_static` for SGLang", "set `mem_fraction_static: 0.8`")
