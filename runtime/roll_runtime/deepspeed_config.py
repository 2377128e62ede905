"""The DeepSpeed config of a role: its own `strategy_config`, with `auto` and what ROLL overwrites filled in."""

from __future__ import annotations

from typing import Any

from roll_runtime.recipe import Recipe, strategy_settings

_DTYPES = {"bf16": "bf16", "fp16": "fp16"}


def complete(recipe: Recipe, hidden_size: int) -> dict[str, Any]:
    """The whole config.

    As in ROLL, batch sizes and `gradient_clipping` come from `training_args` and `max_grad_norm`. `auto` becomes what
    transformers' Trainer makes of it: precision by `model_args.dtype`, bucket sizes by the model's width.
    """
    given = strategy_settings(recipe.trainer)
    batches, optimization = recipe.batches, recipe.optimization
    dtype = recipe.trainer.model_args.dtype
    config = {key: _filled(value, {}) for key, value in given.items() if key not in ("scheduler",)}
    for section, name in _DTYPES.items():
        asked = dict(given.get(section) or {})
        if asked.get("enabled", "auto") == "auto":
            asked["enabled"] = dtype == name
        config[section] = _filled(asked, {})
    config["zero_optimization"] = _filled(dict(given.get("zero_optimization") or {"stage": 0}), _buckets(hidden_size))
    config["train_micro_batch_size_per_gpu"] = batches.micro
    config["gradient_accumulation_steps"] = batches.accumulation
    config["train_batch_size"] = batches.micro * batches.accumulation * batches.ranks
    config["gradient_clipping"] = optimization.max_grad_norm
    # The optimizer is made here, from `training_args`; DeepSpeed takes it as it is, its own CPU Adam or not.
    config.pop("optimizer", None)
    config["zero_force_ds_cpu_optimizer"] = False
    return config


def stage(config: dict[str, Any]) -> int:
    """The ZeRO stage of a complete config."""
    return int(config["zero_optimization"].get("stage", 0))


def _buckets(hidden_size: int) -> dict[str, int]:
    return {
        "reduce_bucket_size": hidden_size * hidden_size,
        "stage3_prefetch_bucket_size": int(0.9 * hidden_size * hidden_size),
        "stage3_param_persistence_threshold": 10 * hidden_size,
    }


def _filled(value: Any, known: dict[str, Any], name: str = "") -> Any:
    """A value with every `auto` in it filled, or left out where DeepSpeed's own default is meant."""
    if isinstance(value, dict):
        filled = {key: _filled(item, known, key) for key, item in value.items()}
        return {key: item for key, item in filled.items() if item != "auto"}
    if value == "auto" and name in known:
        return known[name]
    return int(value) if isinstance(value, float) and value.is_integer() and name.endswith("_size") else value
