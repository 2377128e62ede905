"""An estimate of GPU memory: what a group of workers holds on each of its GPUs, by what is in it.

Weights, gradients and optimizer states are as DeepSpeed, Megatron and FSDP2 lay them out; activations, logits and
buffers are bounds. Every amount says how it comes about and where the formula is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf, prod
from typing import TYPE_CHECKING, Any

from roll_schema.facts.catalog import MEGATRON_NAMES, is_pattern, target_names
from roll_schema.facts.catalog.adapters import TooCostly, adapter_parameters, layer_shapes, matched
from roll_schema.facts.catalog.architecture import Architecture, with_head_dim
from roll_schema.facts.catalog.checkpoint import Checkpoint
from roll_schema.facts.catalog.gpus import GIB, Gpu
from roll_schema.facts.catalog.vllm_lora import RANKS, rank_for
from roll_schema.facts.missing import FactMissing
from roll_schema.facts.releases import Release
from roll_schema.models.dpo_config import DPOConfig
from roll_schema.models.section import Settings
from roll_schema.planning import workers

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig
    from roll_schema.models.worker_config import WorkerConfig

DTYPE_BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}
ROW_PARALLEL = frozenset(("o_proj", "down_proj", "out_proj", "dense", "c_proj", "fc2", "w2", "wo", "dense_4h_to_h"))
"""Layers whose input vLLM splits among the GPUs of an engine; of all others it splits the output."""

MIXED_PRECISION = "mixed-precision Adam: fp32 master weights and two moments, 4 bytes each (Rajbhandari 2020, ZeRO)"
ACTIVATIONS = "Korthikanti 2022, flash attention: 34 bytes per token and hidden unit of a layer, 2 where recomputed"
FSDP2_BYTES = {"fp32": 4, "float32": 4, "bf16": 2, "bfloat16": 2, "fp16": 2, "float16": 2}
FSDP2 = (
    "PyTorch FSDP2 keeps parameters, gradients and Adam's moments as shards; before they are reduced, gradients whole"
)
FSDP2_FP32 = "where `param_dtype` is not set, ROLL may load the trainer in fp32"
DEEPSPEED = "measured on DeepSpeed 0.19 engines, ZeRO 0 to 3"
VLLM = "vLLM 0.32: what is left of the engine's share"
VLLM_SLOTS = "vLLM 0.32's layers with adapters: of the two matrices, the one whose side is split is split"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many bytes on each GPU (or, `host`, in the memory of the node for each GPU); `bound`: at most that much."""

    what: str
    bytes: int
    formula: str
    source: str
    bound: bool = False
    host: bool = False


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


@dataclass(frozen=True, slots=True)
class Weights:
    """The parameters of a worker's model: all, those trained, those of experts, and bytes of each.

    `adapter`: what is trained is an adapter, which comes on top of the model; `tuned` is None where it is not known.
    """

    known: Checkpoint
    total: int
    tuned: int | None
    experts: int
    element: int
    adapter: bool = False

    @property
    def trained(self) -> int:
        """Parameters that get gradients; raises FactMissing where their number is not known."""
        if self.tuned is None:
            raise FactMissing("the trained parameters")
        return self.tuned

    @property
    def frozen(self) -> int:
        """Parameters that get no gradient."""
        return self.total if self.adapter else self.total - self.trained

    def size(self, name: str) -> int:
        """A size of the model; raises FactMissing where it is not known."""
        value = with_head_dim(self.known.sizes).get(name)
        if value is None:
            raise FactMissing("model")
        return value


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


def training(config: BaseConfig, worker: WorkerConfig, weights: Weights, release: Release) -> Iterator[Amount]:
    """What a training worker holds during its optimizer step; raises FactMissing behind the last that is known."""
    if workers.runs_on(worker, "megatron_train"):
        yield from _megatron(worker, weights)
    elif workers.runs_on(worker, "deepspeed_train"):
        yield from _deepspeed(worker, weights)
    elif workers.runs_on(worker, "fsdp2_train"):
        yield from _fsdp2(worker, weights, release)
    else:
        raise FactMissing("strategy")
    yield from _activations(config, worker, weights)


def _ranks(worker: WorkerConfig) -> int:
    devices = workers.device_ids(worker)
    if not devices:
        raise FactMissing("device_mapping")
    return len(devices)


def _deepspeed(worker: WorkerConfig, weights: Weights) -> Iterator[Amount]:
    settings = workers.settings_of(worker, "deepspeed_train") or Settings()
    zero = workers.zero_settings(worker, "deepspeed_train") or {}
    stage, ranks = zero.get("stage", 0), _ranks(worker)
    if stage not in (0, 1, 2, 3):
        raise FactMissing("strategy")
    half = any(isinstance(settings.get(key), dict) and settings[key].get("enabled") is True for key in ("bf16", "fp16"))
    each = 2 if half else 4

    def amount(what: str, size: int, count: int, kind: str, *, shared: bool, host: bool = False) -> Amount:
        split = f" / {ranks} ranks" if shared and ranks > 1 else ""
        source = MIXED_PRECISION if what == "optimizer states" else DEEPSPEED
        formula = f"{size} bytes × {count:,} {kind} parameters{split}"
        return Amount(what, size * count // (ranks if shared else 1), formula, source, host=host)

    host = stage == 3 and _offloads(zero, "offload_param")
    if weights.adapter or weights.frozen:
        frozen_bytes = each if half else weights.element  # DeepSpeed casts the whole model
        yield amount("weights", frozen_bytes, weights.frozen, "frozen", shared=stage == 3, host=host)
    name = "adapter" if weights.adapter else "trained weights" if weights.frozen else "weights"
    trained = weights.trained
    yield amount(name, each, trained, "trained", shared=stage == 3, host=host and not weights.adapter)
    # Stage 1 splits gradients only where it need not sum them up over several passes.
    splits = stage >= 2 or (stage == 1 and worker.training_args.gradient_accumulation_steps == 1)
    yield amount("gradients", each, trained, "trained", shared=splits)
    offloaded = _offloads(zero, "offload_optimizer")
    # Without stages and half precision, Adam works on the weights themselves and keeps two moments only.
    states = 8 if stage == 0 and not half else 12
    yield amount("optimizer states", states, trained, "trained", shared=stage >= 1, host=offloaded)
    yield from _buckets(zero, stage, each, weights)


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
        rows.append(Amount("gradient buckets", doubled * each * elements, formula, DEEPSPEED, bound=True))
    if stage == 3:
        rows.append(_gathered(zero, weights))
    return rows


def _gathered(zero: dict[str, Any], weights: Weights) -> Amount:
    """Layers that ZeRO-3 has put together at a time."""
    live = _at_most(zero.get("stage3_max_live_parameters"), 1_000_000_000, weights.total)
    formula = f"{weights.element} bytes × {live:,} parameters of stage3_max_live_parameters"
    return Amount("gathered layers", weights.element * live, formula, DEEPSPEED, bound=True)


def _at_most(told: object, default: int, limit: int) -> int:
    """A number of elements that the settings tell, within a limit; `auto` is handed over by ROLL as it is."""
    is_number = isinstance(told, (int, float)) and 0 <= told < inf
    return min(int(told) if is_number else default, limit)  # type: ignore[call-overload]


def _megatron(worker: WorkerConfig, weights: Weights) -> Iterator[Amount]:
    settings = workers.settings_of(worker, "megatron_train") or Settings()
    layout = "Megatron-Core's layout"
    held, note = _megatron_share(settings, weights, weights.total)
    yield Amount("weights", 2 * held, f"2 bytes × {weights.total:,} parameters{note}", layout)
    trained = weights.trained
    if weights.adapter:
        sizes = workers.whole(settings, "tensor_model_parallel_size", "pipeline_model_parallel_size")
        if not sizes:
            raise FactMissing("strategy")
        share, note = trained // prod(sizes), f" / ({sizes[0]} tensor × {sizes[1]} pipeline)"
        yield Amount("adapter", 2 * share, f"2 bytes × {trained:,} parameters{note}", layout)
    else:
        share = held * trained // max(weights.total, 1)
    source = "Megatron-Core with bf16 sums up gradients in fp32"
    yield Amount("gradients", 4 * share, f"4 bytes × {trained:,} trained parameters{note}", source)
    if settings.get("use_distributed_optimizer") is True:
        ranks = _ranks(worker)
        size, formula = 12 * trained // ranks, f"12 bytes × {trained:,} trained parameters / {ranks} ranks"
    else:
        size, formula = 12 * share, f"12 bytes × {trained:,} trained parameters{note}"
    # Which part of it `optimizer_offload_fraction` moves is left open; on the GPU for sure is none.
    host = settings.get("optimizer_cpu_offload") is True
    yield Amount("optimizer states", size, formula, MIXED_PRECISION, host=host)


def _megatron_share(settings: Settings, weights: Weights, parameters: int) -> tuple[int, str]:
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
    dense = parameters - weights.experts
    share = dense // (tensor * pipeline) + weights.experts // (within * expert * pipeline)
    split = f" / ({tensor} tensor × {pipeline} pipeline)" if tensor * pipeline > 1 else ""
    if weights.experts:
        split += f", experts / ({within} tensor × {expert} expert × {pipeline} pipeline)"
    return share, split


def _fsdp2(worker: WorkerConfig, weights: Weights, release: Release) -> Iterator[Amount]:
    settings = workers.settings_of(worker, "fsdp2_train") or Settings()
    shards = _shards(settings, _ranks(worker))
    host = settings.get("offload_policy") is True
    told = FSDP2_BYTES.get(str(settings.get("param_dtype")))
    each = told or weights.element

    def amount(what: str, size: int, count: int, *, shared: bool = True, bound: bool = False) -> Amount:
        split = f" / {shards} shards" if shared else ""
        total = size * count // (shards if shared else 1)
        return Amount(
            what, total, f"{size} bytes × {count:,} parameters{split}", FSDP2, bound=bound, host=host and shared
        )

    if weights.adapter or weights.frozen:
        yield amount("weights", each, weights.frozen)
    trained = weights.trained
    yield amount("adapter" if weights.adapter else "trained weights" if weights.frozen else "weights", each, trained)
    waits = not release.matches(">=0.3.0") or settings.get("reduce_scatter_during_grad_accumulation") is False
    if waits and worker.training_args.gradient_accumulation_steps > 1:
        reduced = FSDP2_BYTES.get(str(settings.get("reduce_dtype")), 4)
        yield amount("gradients", reduced, trained, shared=False)
    else:
        yield amount("gradients", each, trained)
    yield amount("optimizer states", 2 * each, trained)
    if told is None and each < 4:
        more = (4 - each) * (weights.frozen + trained) + 3 * (4 - each) * trained
        formula = f"what fp32 instead of {each} bytes adds to the above / {shards} shards"
        yield Amount("loaded in fp32", more // shards, formula, FSDP2_FP32, bound=True, host=host)


def _activations(config: BaseConfig, worker: WorkerConfig, weights: Weights) -> list[Amount]:
    """What a micro-batch leaves behind for the backward pass, and its logits."""
    tokens, why = _tokens(config, worker, "train", worker.training_args.per_device_train_batch_size)
    layers, hidden = weights.size("layers"), weights.size("hidden")
    settings = workers.settings_of(worker, "megatron_train")
    split, note, recomputes = 1, "", not worker.model_args.disable_gradient_checkpointing
    if settings is not None:
        sizes = workers.whole(settings, "tensor_model_parallel_size", "context_parallel_size")
        split = prod(sizes) if sizes else 1
        recomputes = settings.get("recompute_granularity") == "full"
    elif (worker.model_args.ulysses_size or 1) > 1:
        split = worker.model_args.ulysses_size or 1
    if split > 1:
        note = f" / {split}"
    per_unit = layers * 2 + 34 if recomputes else layers * 34
    shown = f"({layers} layers × 2 + 34)" if recomputes else f"{layers} layers × 34"
    return [
        Amount(
            "activations",
            per_unit * tokens * hidden // split,
            f"{shown} bytes × {tokens:,} tokens ({why}) × {hidden:,} hidden{note}",
            ACTIVATIONS,
            bound=True,
        ),
        _logits(weights, tokens, split, 10, "bf16 logits, their fp32 copy and its gradient"),
    ]


def _logits(weights: Weights, tokens: int, split: int, each: int, source: str) -> Amount:
    vocab = weights.size("vocab")
    note = f" / {split}" if split > 1 else ""
    formula = f"{each} bytes × {tokens:,} tokens × {vocab:,} vocabulary{note}"
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


def forward(config: BaseConfig, worker: WorkerConfig, weights: Weights) -> Iterator[Amount]:
    """What a worker holds that only computes log-probabilities, values or logits; raises FactMissing as `training`."""
    total, each, ranks = weights.total, weights.element, _ranks(worker)
    parts, unit, split, host = 1, "", 1, False
    zero = workers.zero_settings(worker, "deepspeed_train", "deepspeed_infer") or {}
    gathers = zero.get("stage") == 3
    megatron = workers.settings_of(worker, "megatron_train", "megatron_infer")
    fsdp2 = workers.settings_of(worker, "fsdp2_train", "fsdp2_infer")
    if megatron is not None:
        held, note = _megatron_share(megatron, weights, total)
        sizes = workers.whole(megatron, "tensor_model_parallel_size", "context_parallel_size")
        split = prod(sizes) if sizes else 1
    else:
        if fsdp2 is not None:
            parts, unit, host = _shards(fsdp2, ranks), "shards", fsdp2.get("offload_policy") is True
            each = FSDP2_BYTES.get(str(fsdp2.get("param_dtype")), each)
        elif gathers:
            parts, unit, host = ranks, "ranks", _offloads(zero, "offload_param")
        held, note = total // parts, f" / {parts} {unit}" if unit else ""
    formula = f"{each} bytes × {total:,} parameters{note}"
    yield Amount("weights", each * held, formula, "one copy without gradients", host=host)
    if gathers:
        yield _gathered(zero, weights)
    tokens, _ = _tokens(config, worker, "infer", worker.infer_batch_size)
    yield _logits(weights, tokens, split, each + 4, "logits of a forward pass and their fp32 copy")


def _shards(settings: Settings, ranks: int) -> int:
    """How many parts FSDP2 splits the model into."""
    size = settings.get("fsdp_size", 1)
    if not isinstance(size, int):
        raise FactMissing("strategy")
    return size if 1 < size < ranks else ranks


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
    rows.append(Amount("KV cache", max(left, 0), formula, VLLM))
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
    yield Amount("adapter slots", weights.element * rank * sides, formula, VLLM_SLOTS)
    if weights.experts:
        experts, hidden, wide = weights.size("experts"), weights.size("hidden"), weights.size("expert_intermediate")
        layers = weights.size("layers") // pipeline
        per_expert = 3 * hidden + 3 * wide // tensor
        formula = f"{weights.element} bytes × rank {rank} × {layers} layers × {experts} experts × {per_expert:,}"
        size = weights.element * rank * layers * experts * per_expert
        yield Amount("experts' slots", size, formula, VLLM_SLOTS, bound=True)


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
