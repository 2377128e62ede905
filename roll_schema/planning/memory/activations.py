"""What a micro-batch holds on each GPU, whatever the backend: activations for the backward pass, and logits."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from roll_schema.facts.missing import FactMissing
from roll_schema.models.dpo_config import DPOConfig
from roll_schema.models.section import Settings
from roll_schema.planning import workers
from roll_schema.planning.memory.common import Amount, Weights

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig

SOURCE = "Korthikanti 2022, flash attention: 34 bytes per token and hidden unit of a layer, 2 where recomputed"


def training(config: BaseConfig, worker: WorkerConfig, weights: Weights) -> list[Amount]:
    """What a micro-batch leaves behind for the backward pass, and its logits; raises FactMissing."""
    tokens, why = _tokens(config, worker, "train", worker.training_args.per_device_train_batch_size)
    layers, hidden = weights.size("layers"), weights.size("hidden")
    settings = workers.settings_of(worker, "megatron_train")
    split, recomputes = 1, not worker.model_args.disable_gradient_checkpointing
    if settings is not None:
        split = _megatron_split(settings)
        recomputes = settings.get("recompute_granularity") == "full"
    elif (worker.model_args.ulysses_size or 1) > 1:
        split = worker.model_args.ulysses_size or 1
    per_unit = layers * 2 + 34 if recomputes else layers * 34
    shown = f"({layers} layers × 2 + 34)" if recomputes else f"{layers} layers × 34"
    formula = f"{shown} bytes × {tokens:,} tokens ({why}) × {hidden:,} hidden{_note(split)}"
    return [
        Amount("activations", per_unit * tokens * hidden // split, formula, SOURCE, bound=True),
        _logits(weights, tokens, split, 10, "bf16 logits, their fp32 copy and its gradient"),
    ]


def forward(config: BaseConfig, worker: WorkerConfig, weights: Weights, each: int) -> Amount:
    """The logits of a forward pass, where a parameter takes so many bytes; raises FactMissing."""
    settings = workers.settings_of(worker, "megatron_train", "megatron_infer")
    split = _megatron_split(settings) if settings is not None else 1
    tokens, _ = _tokens(config, worker, "infer", worker.infer_batch_size)
    return _logits(weights, tokens, split, each + 4, "logits of a forward pass and their fp32 copy")


def _megatron_split(settings: Settings) -> int:
    """GPUs that share the tokens of a micro-batch on Megatron."""
    sizes = workers.whole(settings, "tensor_model_parallel_size", "context_parallel_size")
    return prod(sizes) if sizes else 1


def _logits(weights: Weights, tokens: int, split: int, each: int, source: str) -> Amount:
    vocab = weights.size("vocab")
    formula = f"{each} bytes × {tokens:,} tokens × {vocab:,} vocabulary{_note(split)}"
    return Amount("logits", each * tokens * vocab // split, formula, source, bound=True)


def _tokens(config: BaseConfig, worker: WorkerConfig, phase: str, samples: int) -> tuple[int, str]:
    """Tokens of a micro-batch, and how they come about."""
    limit = getattr(worker, f"max_tokens_per_microbatch_in_{phase}", None)
    if getattr(worker, f"use_dynamic_batching_in_{phase}", False) and limit:
        return limit, f"max_tokens_per_microbatch_in_{phase}"
    length = workers.sample_length(config)
    if not length or not samples:
        raise FactMissing("sequence length")
    if isinstance(config, DPOConfig):
        return 2 * samples * length, f"{samples} pairs × {length:,}"
    return samples * length, f"{samples} × {length:,}"


def _note(split: int) -> str:
    return f" / {split}" if split > 1 else ""
