"""
Null strategy config.

ROLL up to 0.2.0 reads parallel sizes from the `strategy_config` of vLLM workers and of a Megatron `actor_train` while
it loads the config. With null this is an AttributeError.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: ~   # error: [null-strategy-config]
      device_mapping: list(range(0,8))

Leave the key out, or set an empty mapping:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {}
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.2.0: roll/configs/worker_config.py, strategy_config.get("tensor_parallel_size", 1)
- ROLL 0.1.0-0.2.0: roll/utils/config_utils.py, validate_megatron_batch_size
- ROLL 0.2.1-0.3.0: roll/configs/worker_config.py, StrategyArguments.__post_init__
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
    if name == "vllm" or (name == "megatron_train" and context.path == "actor_train"):
        message = f"`strategy_config` must not be null: ROLL reads the parallel sizes of `{name}` from it"
        yield Problem("strategy_args.strategy_config", message, "set `strategy_config: {}`")
