"""
Layers not divisible by pipeline stages.

Every pipeline stage, and every virtual stage, gets the same number of layers. The embedding and the loss count as one
layer each if `account_for_embedding_in_pipeline_split` and `account_for_loss_in_pipeline_split` are set. ROLL's adapter
for Megatron raises a ValueError otherwise.

    pretrain: Qwen/Qwen3-8B
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 8   # error: [uneven-layers]

Use a divisor of the 36 layers of Qwen3-8B:

    pretrain: Qwen/Qwen3-8B
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 4

References:

- ROLL 0.1.0-0.3.0: mcore_adapter/src/mcore_adapter/models/model_config.py, McaModelConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning import workers
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig

STAGES = ("pipeline_model_parallel_size", "virtual_pipeline_model_parallel_size")
COUNTED = {
    "account_for_embedding_in_pipeline_split": "embedding",
    "account_for_loss_in_pipeline_split": "loss",
}
PLACED_BY_HAND = (
    "pipeline_model_parallel_layout",
    "num_layers_in_first_pipeline_stage",
    "num_layers_in_last_pipeline_stage",
)


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def uneven_layers(config: BaseConfig) -> Iterator[Problem]:
    def judge(name: str, worker: WorkerConfig) -> Iterator[Problem]:
        settings = workers.settings_of(worker, "megatron_train", "megatron_infer")
        if settings is None or any(settings.get(key) is not None for key in PLACED_BY_HAND):
            return
        virtual = settings.get(STAGES[1]) or 1
        size = workers.whole_size(settings, STAGES[0])
        if size is None or not isinstance(virtual, int):
            return
        stages = size * virtual
        if stages <= 1:
            return
        model, layers = workers.model_size(config, name, "layers")
        counted = [what for key, what in COUNTED.items() if settings.get(key) is True]
        total = layers + len(counted)
        if total % stages:
            parts = f" ({' + '.join([f'{layers} layers', *counted])})" if counted else ""
            product = "" if virtual == 1 else f" ({size} × {virtual} virtual)"
            fitting = ", ".join(str(other) for other in workers.divisors(total) if other <= layers)
            yield Problem(
                f"{name}.strategy_args.strategy_config.{STAGES[0]}",
                f"{total} layers{parts} of `{model}` are not divisible by {stages} stages{product}",
                help=f"use a number of stages that divides {total} ({fitting})",
            )

    yield from each(workers.workers_of(config), judge)
