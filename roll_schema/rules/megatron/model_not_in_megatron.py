"""
Unsupported model on Megatron.

ROLL's adapter for Megatron converts the weights of some model types, more with each release. For other types, and for
those of a later release, the workers fail when they load the model.

    pretrain: Qwen/Qwen3.5-35B-A3B
    actor_train:
      strategy_args:
        strategy_name: megatron_train   # error: [model-not-in-megatron]

Use a model that the release supports:

    pretrain: Qwen/Qwen3-30B-A3B
    actor_train:
      strategy_args:
        strategy_name: megatron_train

References:

- ROLL 0.1.1-0.3.0: mcore_adapter/src/mcore_adapter/models/converter/template.py, get_template
- ROLL 0.1.1-0.3.0: mcore_adapter/src/mcore_adapter/models/auto/modeling_auto.py, register_model
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import model_checkpoint, runs_on, workers_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig

_SINCE = {
    **dict.fromkeys(("deepseek_v3", "llama", "mistral", "mixtral", "qwen2", "qwen2_moe", "qwen2_vl"), "0.1.1"),
    **dict.fromkeys(("qwen2_5_vl", "qwen3", "qwen3_moe", "qwen3_next"), "0.1.1"),
    "qwen3_vl": "0.1.3",
    **dict.fromkeys(("glm4_moe", "qwen3_omni_moe", "qwen3_vl_moe"), "0.2.0"),
    **dict.fromkeys(("qwen3_5", "qwen3_5_moe", "seed_oss"), "0.2.1"),
}
"""The first release whose adapter has a model type; 0.1.0 may build more than it lists."""


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.1.1")
def model_not_in_megatron(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if context.release.changed:
        return  # a fork may add models

    def judge(role: str, worker: WorkerConfig) -> Iterator[Problem]:
        if not runs_on(worker, "megatron_train", "megatron_infer"):
            return
        model, known = model_checkpoint(config, role)
        since = _SINCE.get(known.model_type)
        if since is None or context.release.matches(f"<{since}"):
            other = "fsdp2" if context.release.matches(">=0.2.0") else "deepspeed"
            later = f", or upgrade to ROLL {since}" if since else ""
            yield Problem(
                f"{role}.strategy_args.strategy_name",
                f"unsupported model type `{known.model_type}` (`{model}`) on Megatron in ROLL {context.release.name}",
                f"set `strategy_name: {other}_{'train' if runs_on(worker, 'megatron_train') else 'infer'}`{later}",
            )

    yield from each(workers_of(config), judge)
