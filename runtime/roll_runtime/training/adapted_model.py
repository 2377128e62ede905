"""The model that is trained: a causal language model whose adapter alone has gradients, and its optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from roll_runtime import device
from roll_runtime.recipe import Recipe
from roll_runtime.settings import Lora

if TYPE_CHECKING:
    from peft import PeftModel

_ATTENTION = {"fa2": "flash_attention_2", "sdpa": "sdpa"}


def load(recipe: Recipe, dtype: torch.dtype) -> PeftModel:
    """The base model of a config in a type, with a fresh adapter."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM

    arguments = recipe.trainer.model_args
    config = AutoConfig.from_pretrained(recipe.model)
    for name, value in (arguments.model_config_kwargs or {}).items():
        setattr(config, name, value)
    model = AutoModelForCausalLM.from_pretrained(
        recipe.model,
        config=config,
        dtype=dtype,
        attn_implementation=_ATTENTION.get(arguments.attn_implementation or ""),
    )
    if not arguments.disable_gradient_checkpointing:
        reentrant = bool(arguments.gradient_checkpointing_use_reentrant)
        model.gradient_checkpointing_enable({"use_reentrant": reentrant})
        # Under LoRA the inputs of the checkpointed blocks are frozen, and nothing would get a gradient.
        model.enable_input_require_grads()
    model.config.use_cache = False
    # As PEFT and ROLL by default, an adapter is kept in fp32 on a model in half precision.
    in_fp32 = arguments.autocast_adapter_dtype is not False
    return get_peft_model(model, LoraConfig(**_peft_arguments(recipe.lora)), autocast_adapter_dtype=in_fp32)


def given_dtype(recipe: Recipe) -> torch.dtype:
    """The type that `model_args.dtype` names."""
    return device.DTYPES[recipe.trainer.model_args.dtype or "bf16"]


def trained(model: PeftModel) -> list[torch.nn.Parameter]:
    """The parameters that have gradients."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


@contextmanager
def base_alone(model: PeftModel) -> Iterator[None]:
    """Forward passes of the base model, as a reference needs them."""
    parameters = trained(model)
    with model.disable_adapter():
        # PEFT takes them for frozen meanwhile, and FSDP2 would remember that where this is its first forward pass.
        for parameter in parameters:
            parameter.requires_grad_(True)
        yield


def weights(model: PeftModel) -> dict[str, torch.Tensor]:
    """The adapter's weights by the names that PEFT writes, as they are on this rank."""
    from peft import get_peft_model_state_dict

    return get_peft_model_state_dict(model, save_embedding_layers=False)


def optimizer_arguments(recipe: Recipe) -> dict[str, Any]:
    """The arguments of Adam."""
    wanted = recipe.optimization
    return {"lr": wanted.learning_rate, "betas": wanted.betas, "weight_decay": wanted.weight_decay}


def schedule(recipe: Recipe, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LambdaLR:
    """The learning rate over the optimizer steps of a whole run."""
    from transformers import get_scheduler

    wanted = recipe.optimization
    return get_scheduler(wanted.schedule, optimizer, wanted.warmup, wanted.total)


def _peft_arguments(lora: Lora) -> dict[str, Any]:
    return {
        "task_type": "CAUSAL_LM",
        "r": lora.rank,
        "lora_alpha": lora.alpha,
        "lora_dropout": lora.dropout,
        "target_modules": lora.targets,
        "modules_to_save": list(lora.trained_in_full) or None,
    }
