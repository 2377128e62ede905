"""
Megatron's parallel sizes, GPUs and prompts per step that do not divide.

A copy of the model takes tensor x pipeline x context parallel size GPUs; the GPUs of `actor_train` divided by that are
the data-parallel size, which in turn must divide `rollout_batch_size` (prompts, not samples). ROLL checks both while
it loads the config; the expert parallel size does not count.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          pipeline_model_parallel_size: 3   # error: [uneven-model-parallel]
      device_mapping: list(range(0,8))

Here 8 GPUs / (2 x 2 x 1) is a data-parallel size of 2, and 64 prompts / 2 come out even:

    rollout_batch_size: 64
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
from math import prod
from typing import TYPE_CHECKING

from roll_schema.facts.devices import likeliest_cause, oddest
from roll_schema.planning.workers import MEGATRON_SIZES, device_count
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig

MAPPING = "actor_train.device_mapping"
SETTINGS = "actor_train.strategy_args.strategy_config"


@rule(Severity.ERROR, fails="at load")
def uneven_model_parallel(config: BaseConfig) -> Iterator[Problem]:
    if not hasattr(config, "actor_train"):
        return
    worker = config.actor_train
    strategy = worker.strategy_args
    if strategy is None or "megatron" not in strategy.strategy_name or strategy.strategy_config is None:
        return
    sizes = {key: strategy.strategy_config.get(key, 1) for key in MEGATRON_SIZES}
    for key, size in sizes.items():
        if not isinstance(size, (int, float)):
            what = "null" if size is None else f'"{size}"' if isinstance(size, str) else "no number"
            message = f"`{key}` is {what}, and ROLL multiplies the parallel sizes while it loads the config"
            yield Problem(f"{SETTINGS}.{key}", message, help=f"Write a number, such as `{key}: 1`.")
            return
        if size == 0:
            message = f"`{key}` is 0, and ROLL divides the GPUs by the product of the parallel sizes"
            yield Problem(f"{SETTINGS}.{key}", message, help=f"Write `{key}: 1` for no such parallelism.")
            return
    gpus, copy = device_count(worker), prod(sizes.values())
    if gpus is None:
        return
    product = " x ".join(f"{key.partition('_')[0]} {size:g}" for key, size in sizes.items())
    written = {f"{SETTINGS}.{key}": "this size" for key in MEGATRON_SIZES if key in strategy.strategy_config}
    if gpus % copy:
        place = likeliest_cause(MAPPING, gpus, {f"{SETTINGS}.{key}": size for key, size in sizes.items()})
        message = f"{gpus} GPUs cannot hold whole copies of the model: {product} = {copy:g} GPUs each"
        notes = {MAPPING: f"{gpus} GPUs"} | written
        notes.pop(place, None)
        yield Problem(place, message, help=f"Choose sizes whose product divides {gpus}.", also=notes)
    elif (ranks := gpus // copy) > 1 and config.rollout_batch_size % ranks:
        prompts = config.rollout_batch_size
        message = f"{prompts} prompts cannot be shared by {gpus} GPUs / ({product}) = {ranks:g} data-parallel ranks"
        near = int(prompts // ranks * ranks) or int(ranks)
        advice = f"Write `rollout_batch_size: {near}`, or another multiple of {ranks:g}."
        place = oddest("rollout_batch_size", prompts, {MAPPING: gpus})
        notes = {MAPPING: f"{gpus} GPUs"} | written
        notes.pop(place, None)
        yield Problem(place, message, advice, notes)
