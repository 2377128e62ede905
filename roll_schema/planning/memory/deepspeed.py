"""What a worker on DeepSpeed holds on each GPU: weights, gradients and optimizer states by ZeRO stage, and buffers."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Any

from roll_schema.facts.missing import FactMissing
from roll_schema.models.section import Settings
from roll_schema.planning import workers
from roll_schema.planning.memory.common import MIXED_PRECISION, Amount, Weights, one_copy, ranks_of

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

SOURCE = "measured on DeepSpeed 0.19 engines, ZeRO 0 to 3"


def training(worker: WorkerConfig, weights: Weights) -> Iterator[Amount]:
    """What a worker holds during its optimizer step, but for activations; raises FactMissing."""
    settings = workers.settings_of(worker, "deepspeed_train") or Settings()
    zero = workers.zero_settings(worker, "deepspeed_train") or {}
    stage, ranks = zero.get("stage", 0), ranks_of(worker)
    if stage not in (0, 1, 2, 3):
        raise FactMissing("strategy")
    half = any(isinstance(settings.get(key), dict) and settings[key].get("enabled") is True for key in ("bf16", "fp16"))
    each = 2 if half else 4

    def amount(what: str, size: int, count: int, kind: str, *, shared: bool, host: bool = False) -> Amount:
        split = f" / {ranks} ranks" if shared and ranks > 1 else ""
        source = MIXED_PRECISION if what == "optimizer states" else SOURCE
        formula = f"{size} bytes × {count:,} {kind} parameters{split}"
        return Amount(what, size * count // (ranks if shared else 1), formula, source, host=host)

    host = stage == 3 and _offloads(zero, "offload_param")
    if weights.adapter or weights.frozen:
        frozen_bytes = each if half else weights.element  # DeepSpeed casts the whole model
        yield amount("weights", frozen_bytes, weights.frozen, "frozen", shared=stage == 3, host=host)
    name, trained = weights.trained_name, weights.trained
    yield amount(name, each, trained, "trained", shared=stage == 3, host=host and not weights.adapter)
    # Stage 1 splits gradients only where it need not sum them up over several passes.
    splits = stage >= 2 or (stage == 1 and worker.training_args.gradient_accumulation_steps == 1)
    yield amount("gradients", each, trained, "trained", shared=splits)
    offloaded = _offloads(zero, "offload_optimizer")
    # Without stages and half precision, Adam works on the weights themselves and keeps two moments only.
    states = 8 if stage == 0 and not half else 12
    yield amount("optimizer states", states, trained, "trained", shared=stage >= 1, host=offloaded)
    yield from _buckets(zero, stage, each, weights)


def forward(worker: WorkerConfig, weights: Weights) -> Iterator[Amount]:
    """The weights of a worker that computes a forward pass only; raises FactMissing."""
    zero = workers.zero_settings(worker, "deepspeed_train", "deepspeed_infer") or {}
    if zero.get("stage") != 3:
        yield one_copy(weights.element, weights, weights.total)
        return
    ranks = ranks_of(worker)
    host = _offloads(zero, "offload_param")
    yield one_copy(weights.element, weights, weights.total // ranks, f" / {ranks} ranks", host=host)
    yield _gathered(zero, weights)


def _offloads(zero: dict[str, Any], key: str) -> bool:
    section = zero.get(key)
    return isinstance(section, dict) and section.get("device") in ("cpu", "nvme")


def _buckets(zero: dict[str, Any], stage: int, each: int, weights: Weights) -> list[Amount]:
    """Buffers that gradients are reduced in, and gathered layers."""
    rows = []
    if stage >= 2:
        doubled = 2 if zero.get("overlap_comm") is True else 1
        elements = _at_most(zero.get("reduce_bucket_size"), 500_000_000, weights.trained)
        formula = f"{doubled} × {each} bytes × {elements:,} elements of reduce_bucket_size"
        rows.append(Amount("gradient buckets", doubled * each * elements, formula, SOURCE, bound=True))
    if stage == 3:
        rows.append(_gathered(zero, weights))
    return rows


def _gathered(zero: dict[str, Any], weights: Weights) -> Amount:
    """Layers that ZeRO-3 has put together at a time."""
    live = _at_most(zero.get("stage3_max_live_parameters"), 1_000_000_000, weights.total)
    formula = f"{weights.element} bytes × {live:,} parameters of stage3_max_live_parameters"
    return Amount("gathered layers", weights.element * live, formula, SOURCE, bound=True)


def _at_most(told: object, default: int, limit: int) -> int:
    """A number of elements that the settings tell, within a limit; `auto` is handed over by ROLL as it is."""
    is_number = isinstance(told, (int, float)) and 0 <= told < inf
    return min(int(told) if is_number else default, limit)  # type: ignore[call-overload]
