"""What a worker on Megatron holds on each GPU: layers split by tensor and pipeline size, experts by sizes of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

from roll_schema.facts.missing import FactMissing
from roll_schema.models.section import Settings
from roll_schema.planning import workers
from roll_schema.planning.memory.common import MIXED_PRECISION, Amount, Weights, one_copy, ranks_of

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

LAYOUT = "Megatron-Core's layout"


def training(worker: WorkerConfig, weights: Weights) -> Iterator[Amount]:
    """What a worker holds during its optimizer step, but for activations; raises FactMissing."""
    settings = workers.settings_of(worker, "megatron_train") or Settings()
    held, note = _share(settings, weights)
    yield Amount("weights", 2 * held, f"2 bytes × {weights.total:,} parameters{note}", LAYOUT)
    trained = weights.trained
    if weights.adapter:
        sizes = workers.whole(settings, "tensor_model_parallel_size", "pipeline_model_parallel_size")
        if not sizes:
            raise FactMissing("strategy")
        share, note = trained // prod(sizes), f" / ({sizes[0]} tensor × {sizes[1]} pipeline)"
        yield Amount("adapter", 2 * share, f"2 bytes × {trained:,} parameters{note}", LAYOUT)
    else:
        share = held * trained // max(weights.total, 1)
    source = "Megatron-Core with bf16 sums up gradients in fp32"
    yield Amount("gradients", 4 * share, f"4 bytes × {trained:,} trained parameters{note}", source)
    if settings.get("use_distributed_optimizer") is True:
        ranks = ranks_of(worker)
        size, formula = 12 * trained // ranks, f"12 bytes × {trained:,} trained parameters / {ranks} ranks"
    else:
        size, formula = 12 * share, f"12 bytes × {trained:,} trained parameters{note}"
    # Which part of it `optimizer_offload_fraction` moves is left open; on the GPU for sure is none.
    host = settings.get("optimizer_cpu_offload") is True
    yield Amount("optimizer states", size, formula, MIXED_PRECISION, host=host)


def forward(worker: WorkerConfig, weights: Weights) -> Amount:
    """The weights of a worker that computes a forward pass only; raises FactMissing."""
    settings = workers.settings_of(worker, "megatron_train", "megatron_infer") or Settings()
    return one_copy(weights.element, weights, *_share(settings, weights))


def _share(settings: Settings, weights: Weights) -> tuple[int, str]:
    """The parameters on each GPU: layers are split by tensor and pipeline size, experts by theirs.

    Megatron splits each expert as it splits the other layers where `expert_tensor_parallel_size` is not set.
    """
    sizes = workers.whole(
        settings, "tensor_model_parallel_size", "pipeline_model_parallel_size", "expert_model_parallel_size"
    )
    if not sizes:
        raise FactMissing("strategy")
    if "experts" in weights.known.sizes and not weights.experts:
        raise FactMissing("model")  # which of the parameters are experts' is not known
    tensor, pipeline, expert = sizes
    within = settings.get("expert_tensor_parallel_size") or tensor
    if not isinstance(within, int) or within < 1:
        raise FactMissing("strategy")
    dense = weights.total - weights.experts
    share = dense // (tensor * pipeline) + weights.experts // (within * expert * pipeline)
    split = f" / ({tensor} tensor × {pipeline} pipeline)" if tensor * pipeline > 1 else ""
    if weights.experts:
        split += f", experts / ({within} tensor × {expert} expert × {pipeline} pipeline)"
    return share, split
