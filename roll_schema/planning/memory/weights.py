"""How many parameters the model of a worker has, and how many of them it trains."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from roll_schema.facts.catalog import MEGATRON_NAMES, is_pattern, target_names
from roll_schema.facts.catalog.adapters import TooCostly, adapter_parameters, layer_shapes, matched
from roll_schema.facts.catalog.architecture import Architecture
from roll_schema.facts.catalog.checkpoint import Checkpoint
from roll_schema.facts.missing import FactMissing
from roll_schema.planning import workers
from roll_schema.planning.memory.common import Weights

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

DTYPE_BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}


def weights_of(worker: WorkerConfig, known: Checkpoint | None, *, trains: bool) -> Weights:
    """The parameters of a worker's model; raises FactMissing where its model is not known well enough."""
    total = known.parameters if known is not None else None
    if known is None or total is None:
        raise FactMissing("model")
    model = known.architecture
    experts = model.parameters(known.sizes, of=lambda path: ".experts." in path) if model is not None else 0
    adapter = trains and worker.model_args.lora_target is not None
    tuned: int | None = 0
    if trains:
        try:
            tuned = _adapter(worker, known) if adapter else total - _frozen(worker, known)
        except FactMissing:
            tuned = None
    return Weights(known, total, tuned, experts, DTYPE_BYTES[worker.model_args.dtype or "fp32"], adapter)


def _frozen(worker: WorkerConfig, known: Checkpoint) -> int:
    """Parameters below the modules that `freeze_module_prefix` names."""
    named = worker.model_args.freeze_module_prefix
    if not named:
        return 0
    if known.architecture is None:
        raise FactMissing("model")
    prefixes = tuple(name.strip() for name in named.split(",") if name.strip())
    below = known.architecture.parameters
    return below(known.sizes, tied=bool(known.tied), of=lambda path: path.startswith(prefixes))


def _adapter(worker: WorkerConfig, known: Checkpoint) -> int:
    """Parameters of the adapter that a `lora_target` makes."""
    architecture, arguments = known.architecture, worker.model_args
    if architecture is None or not arguments.lora_rank:
        raise FactMissing("model")
    names = target_names(arguments.lora_target)
    everything = any(name in ("all-linear", "all") for name in names)
    if workers.runs_on(worker, "megatron_train"):
        fused = dict.fromkeys(MEGATRON_NAMES.values()) if everything else names
        return _megatron_adapter(architecture, known, fused, arguments.lora_rank)
    target = "all-linear" if everything else arguments.lora_target if is_pattern(arguments.lora_target) else names
    try:
        modules = matched(architecture, known.sizes, target)
    except (TooCostly, re.error, OverflowError, RecursionError):
        raise FactMissing("the trained parameters") from None
    if architecture.composite and not all("language_model." in path for path in modules):
        raise FactMissing("model")  # of other parts than the language model no size is known
    if any(".experts." in path for path in architecture.modules) and set(names) & {"gate_proj", "up_proj", "down_proj"}:
        raise FactMissing("model")  # whether experts get adapters depends on the releases of transformers and PEFT
    return adapter_parameters(architecture, known.sizes, modules, arguments.lora_rank)


def _megatron_adapter(architecture: Architecture, known: Checkpoint, fused: Iterable[str], rank: int) -> int:
    """A fused layer has one A for all that it holds, and a B for each."""
    total = 0
    for name in fused:
        parts = tuple(part for part, merged in MEGATRON_NAMES.items() if merged == name)
        rows = [shape for path, shape in layer_shapes(architecture, known.sizes) if parts and path.endswith(parts)]
        if not rows:
            raise FactMissing("model")
        layers = len(rows) // len(parts)
        total += rank * (sum(shape[0] for shape in rows) + layers * rows[0][1])
    return total
