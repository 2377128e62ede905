"""
Compile warm-up without pipeline parallelism.

`compile_warmup` compiles the pipeline stages before the first step, so that no stage waits for another one's
compilation. With one stage ROLL skips it.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {compile_warmup: true}   # info: [compile-warmup-without-pipeline]

Use it with several pipeline stages:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {compile_warmup: true, pipeline_model_parallel_size: 2}

References:

- ROLL 0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronTrainStrategy.initialize
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
        message = "`compile_warmup` has no effect: the pipeline has one stage"
        yield Problem("strategy_args.strategy_config.compile_warmup", message, "remove `compile_warmup`")
