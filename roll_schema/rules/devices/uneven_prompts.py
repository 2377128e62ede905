"""
Prompts not divisible by Megatron's data-parallel size.

The number of data-parallel ranks is the number of GPUs of `actor_train` divided by tensor × pipeline × context parallel
size. It must divide `rollout_batch_size` (prompts, not samples). ROLL checks it while it loads the config.

    rollout_batch_size: 65   # error: [uneven-prompts]
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))

8 GPUs / (2 × 2 × 1) are 2 ranks, which divide 64 prompts:

    rollout_batch_size: 64
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))

References:

- ROLL 0.1.0-0.3.0: roll/utils/config_utils.py, validate_megatron_batch_size
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.devices import oddest
from roll_schema.planning.workers import trainer_copies
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def uneven_prompts(config: BaseConfig, context: Context) -> Iterator[Problem]:
    copies = trainer_copies(config)
    if copies is None or copies.gpus % copies.gpus_each:
        return
    gpus, ranks, prompts = copies.gpus, copies.gpus // copies.gpus_each, config.rollout_batch_size
    if ranks > 1 and prompts % ranks:
        mapping = "actor_train.device_mapping"
        message = (
            f"{prompts} prompts per step is not divisible by {ranks:g} data-parallel ranks ({gpus} GPUs / ({copies}))"
        )
        near = int(prompts // ranks * ranks) or int(ranks)
        advice = f"set `rollout_batch_size: {near}` or another multiple of {ranks:g}"
        notes = context.where_set(copies.counted)
        yield Problem(oddest("rollout_batch_size", prompts, {mapping: gpus}), message, advice, notes)
