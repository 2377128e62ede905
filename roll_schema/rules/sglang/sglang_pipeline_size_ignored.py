"""
Ignored pipeline-parallel size of SGLang.

Since ROLL 0.2.0, ROLL removes `pipeline_parallel_size` from the settings and does not pass it to SGLang.

    actor_infer:
      num_gpus_per_worker: 2
      strategy_args:
        strategy_name: sglang
        strategy_config:
          mem_fraction_static: 0.8
          pipeline_parallel_size: 2   # warning: [sglang-pipeline-size-ignored]
      device_mapping: list(range(0,6))

Use tensor parallelism:

    actor_infer:
      num_gpus_per_worker: 2
      strategy_args:
        strategy_name: sglang
        strategy_config:
          mem_fraction_static: 0.8
          tensor_parallel_size: 2
      device_mapping: list(range(0,6))

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/sglang_strategy.py, SgLangStrategy.initialize
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, releases=">=0.2.0")
def sglang_pipeline_size_ignored(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "sglang")
    if settings is not None and settings.get("pipeline_parallel_size", 1) != 1:
        message = "`pipeline_parallel_size` is ignored: ROLL does not pass it to SGLang"
        place = "strategy_args.strategy_config.pipeline_parallel_size"
        yield Problem(place, message, "remove `pipeline_parallel_size`, and use `tensor_parallel_size`")
