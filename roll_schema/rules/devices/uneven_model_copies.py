"""
GPUs not divisible by Megatron's model-parallel size.

A copy of the model takes tensor × pipeline × context parallel size GPUs. Their product must divide the number of GPUs
of `actor_train`. ROLL checks it while it loads the config. The expert parallel size does not count.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          pipeline_model_parallel_size: 3   # error: [uneven-model-copies]
      device_mapping: list(range(0,8))

8 GPUs hold 2 copies of 2 × 2 × 1 GPUs:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/utils/config_utils.py, calculate_megatron_dp_size
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import likeliest_cause
from roll_schema.planning.workers import trainer_copies
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def uneven_model_copies(config: BaseConfig, context: Context) -> Iterator[Problem]:
    copies = trainer_copies(config)
    if copies is None or copies.gpus % copies.gpus_each == 0:
        return
    gpus, mapping = copies.gpus, "actor_train.device_mapping"
    place = likeliest_cause(mapping, gpus, copies.sizes)
    message = f"{gpus} GPUs is not divisible by {copies.gpus_each:g} GPUs per model copy ({copies})"
    notes = context.where_set(copies.counted)
    yield Problem(place, message, help=f"choose parallel sizes whose product divides {gpus}", also=notes)
