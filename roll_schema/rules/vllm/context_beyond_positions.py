"""
Context longer than the model's positions.

vLLM refuses a `max_model_len` above the model's number of positions: the model may produce wrong output beyond them.

    pretrain: Qwen/Qwen3-8B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_model_len: 65536}   # error: [context-beyond-positions]

Stay within the positions:

    pretrain: Qwen/Qwen3-8B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config: {max_model_len: 40960}

Other overrides do not change the limit:

    pretrain: Qwen/Qwen3-8B
    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          max_model_len: 65536   # error: [context-beyond-positions]
          hf_overrides: {rms_norm_eps: 1.0e-6}

`hf_overrides` of the positions or their scaling, and `VLLM_ALLOW_LONG_MAX_MODEL_LEN: '1'`, can lift the limit. The rule
then reports nothing.

References:

- vLLM 0.32.0: vllm/config/model.py, _get_and_verify_max_len
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.planning import workers
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig
    from roll_schema.models.worker_config import WorkerConfig

SCALING = ("max_position_embeddings", "rope_scaling", "rope_parameters", "text_config")


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def context_beyond_positions(config: PPOConfig) -> Iterator[Problem]:
    def judge(name: str, worker: WorkerConfig) -> Iterator[Problem]:
        settings = workers.settings_of(worker, "vllm")
        context = settings.get("max_model_len") if settings is not None else None
        if settings is None or not isinstance(context, int) or context <= 1:
            return
        if scales_positions(settings) or _is_allowed(config.system_envs or {}, worker.system_envs or {}):
            return
        model, positions = workers.model_size(config, name, "positions")
        if context > positions:
            yield Problem(
                f"{name}.strategy_args.strategy_config.max_model_len",
                f"`max_model_len: {context}` exceeds the {positions:,} positions of `{model}`",
                help=f"set `max_model_len: {positions}`, or scale the positions with `hf_overrides`",
            )

    yield from each(workers.workers_of(config), judge)


def scales_positions(settings: Mapping[str, Any]) -> bool:
    """Whether an engine's settings may change the positions of a model."""
    overrides = settings.get("hf_overrides", {})
    return "rope_scaling" in settings or not isinstance(overrides, dict) or any(key in overrides for key in SCALING)


def _is_allowed(shared: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    name = "VLLM_ALLOW_LONG_MAX_MODEL_LEN"
    value = own[name] if name in own else shared.get(name, "")
    return str(value).strip().lower() in ("1", "true")
