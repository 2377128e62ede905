"""
A warm-up of the compiler that does not take place.

`compile_warmup` compiles the stages of a pipeline before the first step, so that they need not wait for each other.
With one stage ROLL leaves it out.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {compile_warmup: true}   # info: [compile-warmup-without-pipeline]

With stages:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {compile_warmup: true, pipeline_model_parallel_size: 2}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of, whole_size
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.INFO, effect=Effect.IGNORED, releases=">=0.3.0")
def compile_warmup_without_pipeline(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    if (
        settings
        and settings.get("compile_warmup") is True
        and whole_size(settings, "pipeline_model_parallel_size") == 1
    ):
        message = "with one pipeline stage, `compile_warmup` does nothing"
        yield Problem("strategy_args.strategy_config.compile_warmup", message, "Delete it.")
