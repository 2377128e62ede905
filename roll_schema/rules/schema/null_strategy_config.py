"""
A null `strategy_config` where ROLL reads settings from it.

ROLL up to 0.2.0 looks up parallel sizes in the settings of vLLM and Megatron workers while it loads the config.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: ~   # error: [null-strategy-config]
      device_mapping: list(range(0,8))

Leave it out, or write an empty mapping:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.LOAD, releases="<0.2.1")
def null_strategy_config(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    strategy = worker.strategy_args
    if strategy is None or strategy.strategy_config is not None:
        return
    name = strategy.strategy_name
    megatron_actor = name == "megatron_train" and context.path == "actor_train"
    if (name == "vllm" and worker.device_mapping is not None) or megatron_actor:
        message = f"`strategy_config` is null, but ROLL looks up the parallel sizes of {name} in it"
        yield Problem("strategy_args.strategy_config", message, "Write `strategy_config: {}`.")
