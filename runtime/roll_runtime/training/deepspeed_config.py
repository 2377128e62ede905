"""The DeepSpeed config of the trainer: its own `strategy_config`, with what ROLL writes over it."""

from __future__ import annotations

from typing import Any

from roll_runtime.recipe import Recipe, strategy_settings

_MADE_HERE = ("optimizer", "scheduler")
"""Both come from `training_args`, as in ROLL."""

_QUANTIZED = ("weights", "nontrainable_weights", "gradients")


def complete(recipe: Recipe) -> dict[str, Any]:
    """The whole config.

    As in ROLL, batch sizes and `gradient_clipping` come from `training_args` and `max_grad_norm`. Nobody but
    transformers' Trainer fills in an `auto`: as in ROLL, DeepSpeed's own default stands in its place.
    """
    given = strategy_settings(recipe.trainer)
    batches = recipe.batches
    config: dict[str, Any] = _written({key: value for key, value in given.items() if key not in _MADE_HERE})
    config.setdefault("zero_optimization", {"stage": 0})
    return config | {
        "train_micro_batch_size_per_gpu": batches.micro,
        "gradient_accumulation_steps": batches.accumulation,
        "train_batch_size": batches.micro * batches.accumulation * batches.ranks,
        "gradient_clipping": recipe.optimization.max_grad_norm,
    }


def stage(config: dict[str, Any]) -> int:
    """The ZeRO stage of a complete config."""
    return int(config["zero_optimization"].get("stage", 0))


def helpers(config: dict[str, Any], gpus: bool) -> list[str]:
    """Names of the helpers that DeepSpeed compiles for a complete config, in the order in which it needs them."""
    zero = config["zero_optimization"]
    parts = [zero.get(name) or {} for name in ("offload_optimizer", "offload_param")]
    needed = {
        "deepspeed_shm_comm": not gpus,
        "cpu_adam": offloads_optimizer(config),
        "async_io": any(part.get("device") == "nvme" for part in parts),
        "quantizer": gpus and any(zero.get(f"zero_quantized_{what}") for what in _QUANTIZED),
    }
    return [name for name, is_needed in needed.items() if is_needed]


def offloads_optimizer(config: dict[str, Any]) -> bool:
    """Whether the optimizer's state is kept in the host's memory."""
    return (config["zero_optimization"].get("offload_optimizer") or {}).get("device", "none") != "none"


def _written(value: Any) -> Any:
    """A value without any `auto`, and with whole numbers as integers, which DeepSpeed wants for sizes."""
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items() if item != "auto"}
    return int(value) if isinstance(value, float) and value.is_integer() else value
