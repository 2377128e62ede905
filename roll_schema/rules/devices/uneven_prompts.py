"""
Prompts per step that Megatron's data-parallel ranks cannot share.

The GPUs of `actor_train` divided by the tensor x pipeline x context parallel size are the data-parallel ranks, which
must divide `rollout_batch_size` (prompts, not samples). ROLL checks it while it loads the config.

    rollout_batch_size: 65   # error: [uneven-prompts]
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          tensor_model_parallel_size: 2
          pipeline_model_parallel_size: 2
      device_mapping: list(range(0,8))

Here 8 GPUs / (2 x 2 x 1) are 2 ranks, and 64 prompts / 2 come out even:

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
        message = f"{prompts} prompts cannot be shared by {gpus} GPUs / ({copies}) = {ranks:g} data-parallel ranks"
        near = int(prompts // ranks * ranks) or int(ranks)
        advice = f"Write `rollout_batch_size: {near}`, or another multiple of {ranks:g}."
        notes = context.where_set(copies.counted)
        yield Problem(oddest("rollout_batch_size", prompts, {mapping: gpus}), message, advice, notes)
