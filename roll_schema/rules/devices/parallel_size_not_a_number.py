"""
A parallel size of Megatron that is not a number.

ROLL multiplies the tensor, pipeline and context parallel size of `actor_train` while it loads the config, and stops
with a TypeError at null or text.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: null   # error: [parallel-size-not-a-number]
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))

Write a number, or leave the key out for 1:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 1
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import megatron_sizes
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def parallel_size_not_a_number(config: BaseConfig) -> Iterator[Problem]:
    for path, size in megatron_sizes(config).items():
        if not isinstance(size, (int, float)):
            key = path.rpartition(".")[2]
            what = "null" if size is None else f'"{size}"' if isinstance(size, str) else "no number"
            message = f"`{key}` is {what}, and ROLL multiplies the parallel sizes while it loads the config"
            yield Problem(path, message, help=f"Write a number, such as `{key}: 1`.")
