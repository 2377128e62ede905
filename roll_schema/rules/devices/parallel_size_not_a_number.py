"""
Non-numeric parallel size on Megatron.

ROLL multiplies the tensor, pipeline and context parallel size of `actor_train` while it loads the config. A null or a
string raises a TypeError.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: null   # error: [parallel-size-not-a-number]
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))

Use an integer, or omit the key (the default is 1):

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 1
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/utils/config_utils.py, validate_megatron_batch_size
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import megatron_sizes, unquoted_size
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import last_key
from roll_schema.source.scalars import literal

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def parallel_size_not_a_number(config: BaseConfig) -> Iterator[Problem]:
    for path, size in megatron_sizes(config).items():
        if not isinstance(size, (int, float)):
            key = last_key(path)
            message = f"`{key}` must be a positive integer, found `{literal(size)}`"
            yield Problem(path, message, help=f"set `{key}: {unquoted_size(size)}`")
