"""
Layers that cannot be shared out evenly over pipeline stages.

Megatron gives each pipeline stage, and each of its virtual stages, the same number of layers; the embedding and the
loss count as a layer each where the config says so.

    pretrain: Qwen/Qwen3-8B
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 8   # error: [uneven-layers]

Qwen3-8B has 36 layers:

    pretrain: Qwen/Qwen3-8B
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 4
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
    "account_for_embedding_in_pipeline_split": "the embedding",
    "account_for_loss_in_pipeline_split": "the loss",
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
            parts = [f"{layers} layers", *counted]
            shown = f"{size} stages" if virtual == 1 else f"{size} × {virtual} virtual stages"
            fitting = ", ".join(str(other) for other in workers.divisors(total) if other <= layers)
            yield Problem(
                f"{name}.strategy_args.strategy_config.{STAGES[0]}",
                f"`{model}` has {' and '.join(parts)}, which {shown} cannot share evenly",
                help=f"Write sizes whose product divides {total} ({fitting}), or place layers by "
                "`pipeline_model_parallel_layout`.",
            )

    yield from each(workers.workers_of(config), judge)
