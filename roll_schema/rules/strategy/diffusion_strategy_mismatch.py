"""
Mismatch of pipeline and diffusion strategy.

The `reward_fl` pipeline trains a diffusion model with `diffusion_deepspeed_train` only. Other pipelines train language
models, which this strategy cannot.

    actor_train:
      strategy_args:
        strategy_name: diffusion_deepspeed_train   # warning: [diffusion-strategy-mismatch]

For a language model:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train

References:

- ROLL 0.1.1-0.2.1: roll/distributed/strategy/diffusion_strategy.py, DeepSpeedTrainStrategy
- ROLL 0.1.1-0.2.1: roll/pipeline/base_worker.py, default_diffusion_module_provider
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.planning.workers import TRAINERS, runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def diffusion_strategy_mismatch(config: BaseConfig, context: Context) -> Iterator[Problem]:
    diffusion = context.pipeline == "reward_fl"

    def judge(role: str, worker: WorkerConfig | None) -> Iterator[Problem]:
        if worker is None or worker.strategy_args is None:
            return
        if runs_on(worker, "diffusion_deepspeed_train") is not diffusion:
            name = worker.strategy_args.strategy_name
            model, better = ("diffusion", "diffusion_deepspeed_train") if diffusion else ("language", "deepspeed_train")
            message = f"invalid strategy `{name}`: pipeline `{context.pipeline}` trains a {model} model"
            yield Problem(f"{role}.strategy_args.strategy_name", message, f"set `strategy_name: {better}`")

    yield from each(fields_of(config, *TRAINERS), judge)
