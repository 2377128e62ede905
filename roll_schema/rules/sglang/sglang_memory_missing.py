"""
SGLang without its share of memory.

ROLL looks `mem_fraction_static` up in the settings of an SGLang worker and stops with a KeyError when it starts.

    actor_infer:
      strategy_args:
        strategy_name: sglang
        strategy_config: {load_format: dummy}   # error: [sglang-memory-missing]

Give it:

    actor_infer:
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8, load_format: dummy}
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
        yield Problem(
            place, "SGLang needs `mem_fraction_static`, its share of a GPU's memory", "Add `mem_fraction_static: 0.8`."
        )
