"""
Experts not divisible by expert-parallel size.

Every rank of an expert-parallel group holds the same number of experts. ROLL's adapter for Megatron asserts it when it
loads the model.

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          expert_model_parallel_size: 12   # error: [uneven-experts]

Use a divisor of the 128 experts of Qwen3-30B-A3B:

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          expert_model_parallel_size: 8

References:

- ROLL 0.1.3-0.3.0: mcore_adapter/src/mcore_adapter/models/converter/dist_converter.py, DistConverter.__init__
- ROLL 0.1.0-0.1.1: mcore_adapter/src/mcore_adapter/models/converter/dist_converter.py, DistModuleConverter.__init__
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


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def uneven_experts(config: BaseConfig) -> Iterator[Problem]:
    def judge(name: str, worker: WorkerConfig) -> Iterator[Problem]:
        settings = workers.settings_of(worker, "megatron_train", "megatron_infer")
        ranks = workers.whole_size(settings, "expert_model_parallel_size")
        if ranks is None or ranks == 1:
            return
        model, experts = workers.model_size(config, name, "experts")
        if experts % ranks:
            fitting = ", ".join(map(str, workers.divisors(experts)))
            yield Problem(
                f"{name}.strategy_args.strategy_config.expert_model_parallel_size",
                f"{experts} experts of `{model}` is not divisible by {ranks} expert-parallel ranks",
                help=f"set `expert_model_parallel_size` to one of {fitting}",
            )

    yield from each(workers.workers_of(config), judge)
