"""What a vLLM engine holds on each GPU: weights, slots for adapters, its peak, and the KV cache that is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.adapters import layer_shapes
from roll_schema.facts.catalog.checkpoint import Checkpoint
from roll_schema.facts.catalog.gpus import GIB, Gpu
from roll_schema.facts.catalog.vllm_lora import RANKS, rank_for
from roll_schema.facts.missing import FactMissing
from roll_schema.models.section import Settings
from roll_schema.planning import workers
from roll_schema.planning.memory.common import Amount, Weights

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig

ROW_PARALLEL = frozenset(("o_proj", "down_proj", "out_proj", "dense", "c_proj", "fc2", "w2", "wo", "dense_4h_to_h"))
"""Layers whose input vLLM splits among the GPUs of an engine; of all others it splits the output."""

SOURCE = "vLLM 0.32: what is left of the engine's share"
SLOTS = "vLLM 0.32's layers with adapters: of the two matrices, the one whose side is split is split"


@dataclass(frozen=True, slots=True)
class KvCache:
    """What is left for the KV cache of one engine's GPU, and how many tokens and whole sequences that holds."""

    bytes: int
    bytes_per_token: int
    tokens: int
    longest: int
    """Tokens of the longest sequence that the engine must have room for."""

    sequence: int
    """Tokens of the longest sequence that the run makes."""

    @property
    def sequences(self) -> float:
        return self.tokens / self.sequence


def engine(config: BaseConfig, worker: WorkerConfig, weights: Weights, gpu: Gpu) -> tuple[list[Amount], KvCache | None]:
    """What a vLLM engine holds on each GPU, and its KV cache; raises FactMissing."""
    settings = workers.settings_of(worker, "vllm")
    sizes = workers.whole(settings, "tensor_parallel_size", "pipeline_parallel_size") if settings is not None else None
    if settings is None or not sizes:
        raise FactMissing("strategy")
    tensor, pipeline = sizes
    share = engine_share(worker)
    quantization = settings.get("quantization")
    if quantization not in (None, "fp8"):
        raise FactMissing("the bytes of quantized weights")
    each = 1 if quantization == "fp8" else weights.element
    split = f" / ({tensor} tensor × {pipeline} pipeline)" if tensor * pipeline > 1 else ""
    rows = [
        Amount(
            "weights",
            each * weights.total // (tensor * pipeline),
            f"{each} bytes × {weights.total:,} parameters{split}",
            "one copy of the model",
        )
    ]
    if worker.model_args.lora_target is not None:
        rows.extend(_lora_buffers(worker, weights, settings, tensor, pipeline))
    rows.append(_peak(weights, settings, tensor))
    budget = int(gpu.memory * share)
    left = budget - sum(row.bytes for row in rows)
    per_token = kv_bytes_per_token(weights, settings, tensor, pipeline)
    formula = f"{share:g} × {gpu.memory / GIB:.1f} GiB - the above"
    rows.append(Amount("KV cache", max(left, 0), formula, SOURCE))
    length = settings.get("max_model_len") or weights.known.sizes.get("positions") or workers.sample_length(config)
    if per_token is None or not isinstance(length, int) or length < 1:
        return rows, None
    run = min(workers.sample_length(config) or length, length)
    return rows, KvCache(left, per_token, max(left, 0) // per_token, length, run)


def engine_share(worker: WorkerConfig) -> float:
    """The part of a GPU's memory that a vLLM engine takes; 0.9 was vLLM's default until 0.10, and is ROLL's."""
    settings = workers.settings_of(worker, "vllm") or Settings()
    share = settings.get("gpu_memory_utilization", 0.9)
    if not isinstance(share, (int, float)) or isinstance(share, bool) or not 0 < share <= 1:
        raise FactMissing("strategy")
    return float(share)


def kv_bytes_per_token(weights: Weights, settings: Settings, tensor: int, pipeline: int) -> int | None:
    """Bytes that the KV cache takes for a token on each GPU; None where not every layer has keys and values alike."""
    architecture = weights.known.architecture
    paths = architecture.weights if architecture is not None else {}
    if _slides(weights.known) or not any(path.endswith("{0-layers}.self_attn.k_proj.weight") for path in paths):
        return None
    each = 1 if str(settings.get("kv_cache_dtype", "auto")).startswith("fp8") else weights.element
    heads = max(1, weights.size("kv_heads") // tensor)
    layers = -(-weights.size("layers") // pipeline)  # some stage has the larger part
    return 2 * layers * heads * weights.size("head_dim") * each


def _slides(known: Checkpoint) -> bool:
    """Whether some layers look back over a window only, and so keep less."""
    settings, kinds = known.settings, known.settings.get("layer_types")
    if isinstance(kinds, list) and "sliding_attention" in kinds:
        return True
    # Qwen2's published configurations name a window and switch it off.
    used = settings.get("use_sliding_window") is not False
    return used and bool(settings.get("sliding_window") or settings.get("sliding_window_pattern"))


def _lora_buffers(
    worker: WorkerConfig, weights: Weights, settings: Settings, tensor: int, pipeline: int
) -> Iterator[Amount]:
    """Slots that vLLM keeps for an adapter, on every layer that it could sit on, whatever it does sit on."""
    architecture = weights.known.architecture
    if architecture is None:
        raise FactMissing("model")
    told = settings.get("max_lora_rank") or worker.model_args.lora_rank or 0
    rank = rank_for(told) if isinstance(told, int) else RANKS[-1]
    sides = 0
    for path, (out, into) in layer_shapes(architecture, weights.known.sizes):
        served = "language_model." in path if architecture.composite else path != architecture.output
        if served and "embed" not in path:
            splits_input = path.rpartition(".")[2] in ROW_PARALLEL
            sides += into // tensor + out if splits_input else into + out // tensor
    sides //= pipeline
    formula = f"{weights.element} bytes × rank {rank} × {sides:,} rows and columns"
    yield Amount("adapter slots", weights.element * rank * sides, formula, SLOTS)
    if weights.experts:
        experts, hidden, wide = weights.size("experts"), weights.size("hidden"), weights.size("expert_intermediate")
        layers = weights.size("layers") // pipeline
        per_expert = 3 * hidden + 3 * wide // tensor
        formula = f"{weights.element} bytes × rank {rank} × {layers} layers × {experts} experts × {per_expert:,}"
        size = weights.element * rank * layers * experts * per_expert
        yield Amount("experts' slots", size, formula, SLOTS, bound=True)


def _peak(weights: Weights, settings: Settings, tensor: int) -> Amount:
    """Activations of the largest batch that the engine is profiled with, and the logits that it samples from."""
    tokens = settings.get("max_num_batched_tokens", 8192)
    sequences = settings.get("max_num_seqs", 256)
    if not isinstance(tokens, int) or not isinstance(sequences, int):
        raise FactMissing("strategy")
    hidden = weights.size("hidden")
    wide = weights.known.sizes.get("intermediate", 4 * hidden) // tensor
    vocab = weights.size("vocab")
    needed = tokens * (4 * hidden + 2 * wide) * 2 + sequences * vocab * 4
    formula = (
        f"{tokens:,} batched tokens × (4 × {hidden:,} + 2 × {wide:,}) × 2 bytes + {sequences} sequences × {vocab:,} "
        "vocabulary × 4 bytes"
    )
    return Amount("engine's peak", needed, formula, "a layer's inputs and outputs and the sampler's logits", bound=True)
