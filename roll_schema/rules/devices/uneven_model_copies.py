"""
GPUs that cannot hold whole copies of the model on Megatron.

A copy of the model takes tensor x pipeline x context parallel size GPUs, which must divide the GPUs of `actor_train`.
ROLL checks it while it loads the config; the expert parallel size does not count.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          pipeline_model_parallel_size: 3   # error: [uneven-model-copies]
      device_mapping: list(range(0,8))

Here 8 GPUs hold 2 copies of 2 x 2 x 1 GPUs:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))
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
    message = f"{gpus} GPUs cannot hold whole copies of the model: {copies} = {copies.gpus_each:g} GPUs each"
    notes = context.where_set(copies.counted)
    yield Problem(place, message, help=f"Choose sizes whose product divides {gpus}.", also=notes)
