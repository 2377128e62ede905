"""
Fewer samples than pipeline stages.

With a virtual pipeline, Megatron needs at least as many micro-batches as pipeline stages. Dynamic batching forms them
from the samples of a rank, at least one sample each. With fewer samples than stages the first step fails, after the
rollout.

    rollout_batch_size: 8
    num_return_sequences_in_group: 1
    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 8192
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 4
          virtual_pipeline_model_parallel_size: 2   # error: [samples-below-pipeline]
      device_mapping: list(range(0,16))

Use more prompts per step:

    rollout_batch_size: 64
    num_return_sequences_in_group: 1
    actor_train:
      use_dynamic_batching_in_train: true
      max_tokens_per_microbatch_in_train: 8192
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 4
          virtual_pipeline_model_parallel_size: 2
      device_mapping: list(range(0,16))

References:

- ROLL 0.2.0-0.3.0: roll/utils/dynamic_batching.py, dynamic_batching_shard
- Megatron-Core 00611e6: megatron/core/pipeline_parallel/schedules.py, forward_backward_pipelining_with_interleaving
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import data_parallel_size, settings_of
from roll_schema.rules.rule import RLVR_TRAINING, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig

_PLACE = "actor_train.strategy_args.strategy_config"


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, releases=">=0.1.3", pipelines=RLVR_TRAINING)
def samples_below_pipeline(config: RLVRConfig) -> Iterator[Problem]:
    worker = config.actor_train
    settings, ranks = settings_of(worker, "megatron_train"), data_parallel_size(worker)
    # With known ranks, the parallel sizes are integers.
    if not settings or not ranks or not worker.use_dynamic_batching_in_train:
        return
    samples = config.rollout_batch_size * config.num_return_sequences_in_group // ranks
    stages = settings.get("pipeline_model_parallel_size")
    if stages and settings.get("virtual_pipeline_model_parallel_size") and 0 < samples < stages:
        yield Problem(
            f"{_PLACE}.virtual_pipeline_model_parallel_size",
            f"samples per rank and step ({samples}) are fewer than pipeline stages ({stages})",
            "remove `virtual_pipeline_model_parallel_size`",
            also={f"{_PLACE}.pipeline_model_parallel_size": f"{stages} pipeline stages"},
        )
