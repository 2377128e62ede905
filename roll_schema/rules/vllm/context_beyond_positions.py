"""
A context that is longer than the model has positions for.

vLLM refuses a `max_model_len` above the model's own limit, because answers beyond it turn to noise.

    pretrain: Qwen/Qwen3-8B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_model_len: 65536}   # error: [context-beyond-positions]

Stay below it:

    pretrain: Qwen/Qwen3-8B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_model_len: 40960}

`hf_overrides` with a `rope_scaling`, or `VLLM_ALLOW_LONG_MAX_MODEL_LEN`, lifts the limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema import workers
from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig

ALLOWANCE = "VLLM_ALLOW_LONG_MAX_MODEL_LEN"


@rule(Severity.ERROR, fails="at worker start")
def context_beyond_positions(config: PPOConfig) -> Iterator[Problem]:
    for name, worker in workers.workers_of(config):
        settings = workers.settings_of(worker, "vllm")
        context = settings.get("max_model_len") if settings is not None else None
        if settings is None or not isinstance(context, int) or context <= 1:
            continue
        if any(key in settings for key in ("hf_overrides", "rope_scaling")):
            continue
        if ALLOWANCE in (worker.system_envs or {}) or ALLOWANCE in (config.system_envs or {}):
            continue
        model, positions = workers.model_size(config, name, "positions")
        if context > positions:
            yield Problem(
                f"{name}.strategy_args.strategy_config.max_model_len",
                f"a context of {context:,} tokens is more than the {positions:,} positions of `{model}`",
                help=f"Write `max_model_len: {positions}` or less, or scale positions by `hf_overrides`.",
            )
