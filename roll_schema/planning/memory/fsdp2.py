"""What a worker on FSDP2 holds on each GPU: shards of weights, gradients and optimizer states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.missing import FactMissing
from roll_schema.facts.releases import Release
from roll_schema.models.section import Settings
from roll_schema.planning import workers
from roll_schema.planning.memory.common import Amount, Weights, one_copy, ranks_of

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

DTYPE_BYTES = {"fp32": 4, "float32": 4, "bf16": 2, "bfloat16": 2, "fp16": 2, "float16": 2}
SOURCE = (
    "PyTorch FSDP2 keeps parameters, gradients and Adam's moments as shards; before they are reduced, gradients whole"
)
LOADED_IN_FP32 = "where `param_dtype` is not set, ROLL may load the trainer in fp32"


def training(worker: WorkerConfig, weights: Weights, release: Release) -> Iterator[Amount]:
    """What a worker holds during its optimizer step, but for activations; raises FactMissing."""
    settings = workers.settings_of(worker, "fsdp2_train") or Settings()
    shards = _shards(settings, ranks_of(worker))
    host = settings.get("offload_policy") is True
    told = DTYPE_BYTES.get(str(settings.get("param_dtype")))
    each = told or weights.element

    def amount(what: str, size: int, count: int, *, shared: bool = True) -> Amount:
        split = f" / {shards} shards" if shared else ""
        total = size * count // (shards if shared else 1)
        return Amount(what, total, f"{size} bytes × {count:,} parameters{split}", SOURCE, host=host and shared)

    if weights.adapter or weights.frozen:
        yield amount("weights", each, weights.frozen)
    trained = weights.trained
    yield amount(weights.trained_name, each, trained)
    waits = not release.matches(">=0.3.0") or settings.get("reduce_scatter_during_grad_accumulation") is False
    if waits and worker.training_args.gradient_accumulation_steps > 1:
        reduced = DTYPE_BYTES.get(str(settings.get("reduce_dtype")), 4)
        yield amount("gradients", reduced, trained, shared=False)
    else:
        yield amount("gradients", each, trained)
    yield amount("optimizer states", 2 * each, trained)
    if told is None and each < 4:
        more = (4 - each) * (weights.frozen + trained) + 3 * (4 - each) * trained
        formula = f"what fp32 instead of {each} bytes adds to the above / {shards} shards"
        yield Amount("loaded in fp32", more // shards, formula, LOADED_IN_FP32, bound=True, host=host)


def forward(worker: WorkerConfig, weights: Weights) -> Amount:
    """The weights of a worker that computes a forward pass only; raises FactMissing."""
    settings = workers.settings_of(worker, "fsdp2_train", "fsdp2_infer") or Settings()
    shards = _shards(settings, ranks_of(worker))
    each, host = element(worker, weights), settings.get("offload_policy") is True
    return one_copy(each, weights, weights.total // shards, f" / {shards} shards", host=host)


def element(worker: WorkerConfig, weights: Weights) -> int:
    """Bytes of each parameter in a forward pass."""
    settings = workers.settings_of(worker, "fsdp2_train", "fsdp2_infer") or Settings()
    return DTYPE_BYTES.get(str(settings.get("param_dtype")), weights.element)


def _shards(settings: Settings, ranks: int) -> int:
    """How many parts FSDP2 splits the model into."""
    size = settings.get("fsdp_size", 1)
    if not isinstance(size, int):
        raise FactMissing("strategy")
    return size if 1 < size < ranks else ranks
