"""vLLM's config objects against the rules on its settings."""

from __future__ import annotations

import dataclasses
import math
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roll_schema.facts import types
from roll_schema.facts.strategies import Key, backend_of
from tests.oracles.conftest import HEADS, POSITIONS
from tests.oracles.verdicts import Cases, Settings, adapter, cases, generated, refusal, rollout, shown

pytestmark = pytest.mark.oracle

Ours = Callable[..., str | None]
Theirs = Callable[..., str | None]

NO_CHUNKS = {"enable_chunked_prefill": False}
SCALED = {"hf_overrides": {"max_position_embeddings": 2 * POSITIONS}}


def each(key: str, *values: Any) -> list[Settings]:
    return [{key: value} for value in values]


def tokens(batched: int, **others: Any) -> Settings:
    return {"max_num_batched_tokens": batched, **others}


ENGINE = [
    Cases(
        "gpu-memory-utilization-out-of-range",
        "gpu_memory_utilization",
        each("gpu_memory_utilization", 0, -0.1, 1.0001, 80, math.inf, math.nan, None, "high", "80", "0", False),
        each("gpu_memory_utilization", 1e-9, 0.5, 1, 1.0),
    ),
    Cases(
        "unsupported-block-size",
        "block_size",
        each("block_size", 0, -16, "x", 16.5),
        each("block_size", None, 16, 32, 256),
    ),
    Cases(
        "batched-tokens-too-few",
        "max_num_batched_tokens",
        [
            tokens(7, max_num_seqs=8),
            tokens(1, max_num_seqs=2),
            tokens(7, max_num_seqs=8, max_model_len=64, **NO_CHUNKS),
        ],
        [tokens(8, max_num_seqs=8), tokens(9, max_num_seqs=8), tokens(8), {"max_num_seqs": 8}],
        severity="error",
    ),
    Cases(
        "batched-tokens-too-few",
        "max_num_batched_tokens",
        [tokens(63, max_model_len=64, max_num_seqs=8, **NO_CHUNKS)],
        [
            tokens(64, max_model_len=64, max_num_seqs=8, **NO_CHUNKS),
            tokens(63, max_model_len=64, max_num_seqs=8),
            tokens(63, max_model_len=64, max_num_seqs=8, enable_chunked_prefill=True),
        ],
    ),
    Cases(
        "context-beyond-positions",
        "max_model_len",
        [
            {"max_model_len": POSITIONS + 1},
            {"max_model_len": POSITIONS + 1, "hf_overrides": {}},
            {"max_model_len": POSITIONS + 1, "hf_overrides": {"rms_norm_eps": 1e-5}},
        ],
        [
            {"max_model_len": POSITIONS},
            {"max_model_len": 1},
            {"max_model_len": -1},
            {"max_model_len": None},
            {"max_model_len": 2 * POSITIONS, **SCALED},
        ],
    ),
    Cases(
        "uneven-heads",
        "attention heads",
        each("tensor_parallel_size", 5, 8, 2 * HEADS),
        each("tensor_parallel_size", 1, 2, 3, 4, 6, HEADS),
    ),
]


@pytest.mark.parametrize(("rule", "settings", "severity", "about"), cases("EngineArgs", ENGINE))
def test_engine_args(
    rule: str, settings: Settings, severity: str | None, about: str, engine_args: Theirs, ours: Ours
) -> None:
    reason = engine_args(settings)
    assert (reason is None) is (severity is None), reason
    assert about in (reason or "")
    assert ours(rule, rollout(settings)) == severity


@pytest.mark.parametrize("value", ["0.8", "1", True])
def test_a_quoted_share_depends_on_the_release(value: object, engine_args: Theirs, ours: Ours) -> None:
    settings = {"gpu_memory_utilization": value}
    assert engine_args(settings) is None
    assert ours("gpu-memory-utilization-out-of-range", rollout(settings)) == "warning"


@generated("gpu-memory-utilization-out-of-range", by="EngineArgs")
@given(share=st.floats(-2, 2) | st.floats() | st.integers(-100, 100))
def test_generated_shares(share: float, engine_args: Theirs, ours: Ours) -> None:
    settings = {"gpu_memory_utilization": share}
    assert (engine_args(settings) is None) is (ours("gpu-memory-utilization-out-of-range", rollout(settings)) is None)


@generated("unsupported-block-size", by="FlashAttentionBackend")
@given(size=st.integers(-64, 600) | st.sampled_from((16, 32, 64, 128, 256)))
def test_generated_block_sizes(size: int, engine_args: Theirs, ours: Ours) -> None:
    """The engine's config takes any positive size; the kernels of GPUs decide when the worker starts."""
    from vllm.v1.attention.backends.flash_attn import FlashAttentionBackend

    taken = engine_args({"block_size": size}) is None and FlashAttentionBackend.supports_block_size(size)
    severity = ours("unsupported-block-size", rollout({"block_size": size}))
    assert taken or severity is not None
    # 1 and 8 are for other hardware, where these kernels do not run.
    assert severity != "error" or not taken
    assert severity == "error" or taken or size in (1, 8)


@generated("batched-tokens-too-few", by="EngineArgs", examples=300)
@given(
    batched=st.integers(1, 64),
    sequences=st.integers(1, 64),
    context=st.integers(1, 64),
    chunks=st.sampled_from([{}, {"enable_chunked_prefill": True}, NO_CHUNKS]),
)
def test_generated_batches(
    batched: int, sequences: int, context: int, chunks: Settings, engine_args: Theirs, ours: Ours
) -> None:
    settings = tokens(batched, max_num_seqs=sequences, max_model_len=context, **chunks)
    severity = ours("batched-tokens-too-few", rollout(settings))
    assert (engine_args(settings) is None) is (severity is None)
    assert (severity == "error") is (batched < sequences)


@generated("context-beyond-positions", by="EngineArgs")
@given(context=st.integers(1, 2 * POSITIONS), allowed=st.sampled_from(["", "0", "1", "true", "no"]))
def test_generated_contexts(context: int, allowed: str, engine_args: Theirs, ours: Ours) -> None:
    settings = {"max_model_len": context}
    changes = rollout(settings)
    changes["actor_infer"]["system_envs"] = {"VLLM_ALLOW_LONG_MAX_MODEL_LEN": allowed}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLLM_ALLOW_LONG_MAX_MODEL_LEN", allowed)
        refused = engine_args(settings) is not None
    assert refused is (ours("context-beyond-positions", changes) == "error")


@generated("lengths-beyond-positions", by="EngineArgs", examples=100)
@given(prompt=st.integers(1, POSITIONS), response=st.integers(1, POSITIONS), scaled=st.booleans())
@example(prompt=POSITIONS - 1, response=1, scaled=False)
@example(prompt=POSITIONS, response=1, scaled=False)
def test_generated_lengths(prompt: int, response: int, scaled: bool, model: Path, ours: Ours) -> None:
    from vllm import EngineArgs

    settings = SCALED if scaled else {}
    context = EngineArgs(model=str(model), **settings).create_engine_config().model_config.max_model_len
    changes = {"prompt_length": prompt, "response_length": response, **rollout(settings)}
    assert (prompt + response > context) is (ours("lengths-beyond-positions", changes) == "warning")


@generated("uneven-heads", by="EngineArgs", examples=50)
@given(size=st.integers(1, 32))
def test_generated_tensor_parallel_sizes(size: int, engine_args: Theirs, ours: Ours) -> None:
    settings = {"tensor_parallel_size": size}
    assert (engine_args(settings) is None) is (ours("uneven-heads", rollout(settings)) is None)


TYPED = (
    "async_scheduling", "cpu_offload_gb", "disable_custom_all_reduce", "disable_sliding_window", "enable_chunked_prefill",
    "enable_prefix_caching", "enforce_eager", "expert_placement_strategy", "generation_config", "kv_cache_dtype",
    "kv_cache_metrics_sample", "load_format", "logprobs_mode", "long_prefill_token_threshold", "max_logprobs",
    "max_num_batched_tokens", "max_num_seqs", "mamba_block_size", "override_generation_config", "pipeline_parallel_size",
    "prefill_schedule_interval", "revision", "safetensors_prefetch_num_threads", "scheduling_policy",
    "skip_tokenizer_init", "stream_interval", "watermark",
)  # fmt: skip
"""Keys that vLLM checks whatever stands beside them, on every platform."""
VALUES: dict[str, list[Any]] = {
    "int": ["some text", 1.5, [], {}, None, -2, -1, 0, 1, 7, 8.0],
    "float": ["some text", [], {}, None, -0.5, 0, 0.5, 1, 1.5],
    "bool": ["some text", 1.5, 7, [], {}, None, True, False],
    "str": [7, 1.5, True, [], {}],
    "dict": ["some text", 7, True, [], {}, {"top_k": 1}],
    "literal": ["some text", 7, 1.5, [], {}],
}
"""Values of which vLLM makes what they are, or nothing: it converts quoted numbers, which we only warn of."""


def known() -> dict[str, Key]:
    backend = backend_of("vllm")
    assert backend is not None
    return backend.keys


def values_for(key: str) -> list[Any]:
    kind = types.parse(known()[key].type)
    return [*VALUES[kind.alternatives[0].kind], *kind.choices]


for _key in TYPED:
    shown("wrong-strategy-value", "EngineArgs", listed=len(values_for(_key)))


@pytest.mark.parametrize("key", TYPED)
def test_values_of_the_right_kind_and_range(key: str, engine_args: Theirs, ours: Ours) -> None:
    for value in values_for(key):
        reason = engine_args({key: value})
        assert (reason is None) is (ours("wrong-strategy-value", rollout({key: value})) is None), (value, reason)


def test_bounds_are_those_of_vllm() -> None:
    import vllm.config

    theirs: dict[str, list[Settings]] = {}
    for config in vars(vllm.config).values():
        for name, field in (getattr(config, "__pydantic_fields__", None) or {}).items():
            theirs.setdefault(name, []).append(bounds_of(field))
    bounded = {key: item.bounds for key, item in known().items() if item.bounds}
    assert {key: bounds for key, bounds in bounded.items() if bounds not in theirs[key]} == {}


def bounds_of(field: Any) -> dict[str, float]:
    """The bounds that a field of a pydantic model sets."""
    limits = [(name, getattr(item, name, None)) for item in field.metadata for name in ("gt", "ge", "lt", "le")]
    return {name: limit for name, limit in limits if limit is not None}


def parameters() -> set[str]:
    from vllm import AsyncEngineArgs

    return {field.name for field in dataclasses.fields(AsyncEngineArgs)}


shown("unknown-strategy-key", "AsyncEngineArgs", listed=len(known()))


def test_known_keys_are_those_of_vllm() -> None:
    assert {key for key, item in known().items() if not item.of and not item.consumed} == parameters()


@generated("unknown-strategy-key", by="AsyncEngineArgs", examples=300)
@given(data=st.data())
def test_generated_keys(data: st.DataObject, ours: Ours) -> None:
    from vllm import AsyncEngineArgs

    name = st.text(string.ascii_lowercase + "_", min_size=1, max_size=24)
    names = sorted(parameters())
    key = data.draw(name | st.sampled_from(names) | st.sampled_from(names).map(lambda text: text[:-1]))
    item = known().get(key)
    if item is not None and (item.of or item.consumed or item.overwritten):
        return
    reason = refusal(lambda: AsyncEngineArgs(**{key: None})) or ""
    refused = "unexpected keyword argument" in reason
    assert refused is (ours("unknown-strategy-key", rollout({key: None})) == "warning")


RANKS = [
    Cases(
        "lora-rank-refused-by-vllm",
        "max_lora_rank",
        each("max_lora_rank", 0, -8, 2, 7, 9, 12, 24, 96, 257, 384, 513, 1024),
        each("max_lora_rank", 1, 8, 16, 32, 64, 128, 256, 320, 512),
    )
]


def served(rank: int) -> Settings:
    return adapter({"lora_rank": 8}, {"lora_rank": rank})


@pytest.mark.parametrize(("rule", "settings", "severity", "about"), cases("LoRAConfig", RANKS))
def test_lora_config(
    rule: str, settings: Settings, severity: str | None, about: str, engine_args: Theirs, ours: Ours
) -> None:
    from vllm.config import LoRAConfig

    reason = refusal(lambda: LoRAConfig(max_loras=1, **settings))
    assert (reason is None) is (severity is None) is (engine_args({"enable_lora": True, **settings}) is None)
    assert about in (reason or "")
    assert ours(rule, served(settings["max_lora_rank"])) == severity


@generated("lora-rank-refused-by-vllm", by="LoRAConfig")
@given(rank=st.integers(-8, 1100))
def test_generated_ranks(rank: int, ours: Ours) -> None:
    from vllm.config import LoRAConfig

    reason = refusal(lambda: LoRAConfig(max_loras=1, max_lora_rank=rank))
    assert (reason is None) is (ours("lora-rank-refused-by-vllm", served(rank)) is None)


def sampling_params(sampling: Settings) -> str | None:
    """vLLM's verdict on `generating_args`, which ROLL translates like this."""
    from vllm import SamplingParams

    names = {"max_new_tokens": "max_tokens", "num_return_sequences": "n", "stop_strings": "stop"}
    usual = {"temperature": 1.0, "max_tokens": 16, "logprobs": 0}
    given_ones = {names.get(key, key): value for key, value in sampling.items()}
    return refusal(lambda: SamplingParams(**{**usual, **given_ones}))


def judge(sampling: Settings) -> Settings:
    return {"rewards": {"judge": {"generating_args": sampling}}}


SAMPLING = [
    Cases(
        "invalid-sampling-setting", "temperature",
        each("temperature", -0.1, -1e-9, math.inf, math.nan), each("temperature", 0, 0.001, 1, 2),
    ),
    Cases("invalid-sampling-setting", "temperature", each("temperature", 2.0001, 5), each("temperature", 2), severity="warning"),
    Cases(
        "invalid-sampling-setting", "top_p",
        each("top_p", 0, -0.1, 1.0001, 99, math.nan), each("top_p", 1e-9, 0.5, 1),
    ),
    Cases("invalid-sampling-setting", "top_k", each("top_k", -2, -50), each("top_k", -1, 1, 100, 10**9)),
    Cases(
        "invalid-sampling-setting", "repetition_penalty",
        each("repetition_penalty", 0, -1, math.inf, math.nan), each("repetition_penalty", 1e-9, 1, 100),
    ),
    Cases("invalid-sampling-setting", "n must be", each("num_return_sequences", 0, -1), each("num_return_sequences", 1, 8)),
    Cases("invalid-sampling-setting", "max_tokens", each("max_new_tokens", 0, -1), each("max_new_tokens", 1, 4096)),
    Cases("invalid-sampling-setting", "logprobs", each("logprobs", -2), each("logprobs", -1, 0, 5, None)),
    Cases("invalid-sampling-setting", "stop", each("stop_strings", [""], ["a", ""]), each("stop_strings", [], ["a"], None)),
    Cases(
        "invalid-sampling-setting", "NoneType",
        [*each("temperature", None), *each("top_p", None), *each("top_k", None), *each("repetition_penalty", None)],
        each("max_new_tokens", 16),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "settings", "severity", "about"), cases("SamplingParams", SAMPLING))
def test_sampling_params(rule: str, settings: Settings, severity: str | None, about: str, ours: Ours) -> None:
    reason = sampling_params(settings)
    assert (reason is None) is (severity is None), reason
    assert about in (reason or "")
    assert ours(rule, judge(settings)) == severity


SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(-1, 3) | st.floats(),
        "top_p": st.floats(-0.5, 1.5) | st.just(1),
        "top_k": st.integers(-3, 200).filter(bool),
        "repetition_penalty": st.floats(-1, 3) | st.floats(),
        "num_return_sequences": st.integers(-1, 16),
        "max_new_tokens": st.integers(-1, 64),
        "logprobs": st.integers(-3, 20) | st.none(),
        "stop_strings": st.lists(st.sampled_from(["", "a", "</s>"]), max_size=2),
    },
)
"""Without `top_k: 0`, whose meaning depends on vLLM's release."""


@generated("invalid-sampling-setting", by="SamplingParams", examples=300)
@given(sampling=SETTINGS.filter(lambda sampling: (sampling.get("temperature") or 0) >= 1e-5))
def test_generated_sampling(sampling: Settings, ours: Ours) -> None:
    assert (sampling_params(sampling) is None) is (ours("invalid-sampling-setting", judge(sampling)) is None)


@generated("greedy-group", by="SamplingParams", examples=50)
@given(group=st.integers(1, 16), temperature=st.sampled_from([0, 0.5, 1]))
def test_generated_greedy_groups(group: int, temperature: float, ours: Ours) -> None:
    changes = {
        "num_return_sequences_in_group": group,
        "actor_infer": {"generating_args": {"temperature": temperature}},
    }
    reason = sampling_params({"num_return_sequences": group, "temperature": temperature})
    assert (reason is not None) is (ours("greedy-group", changes) == "warning")


def peft_helper(arguments: Settings, room: int) -> str | None:
    """vLLM's verdict on the adapter that the trainer makes of LoRA arguments, with room for a rank."""
    from peft import LoraConfig
    from vllm.config import LoRAConfig
    from vllm.lora.peft_helper import PEFTHelper

    saved = (arguments.get("additional_target") or "").split(",")
    sent = LoraConfig(
        target_modules=["q_proj"], r=arguments.get("lora_rank", ROOM), modules_to_save=[*filter(None, saved)] or None
    )
    engine = LoRAConfig(max_lora_rank=room, max_loras=1)
    return refusal(lambda: PEFTHelper.from_dict(sent.to_dict()).validate_legal(engine))


ROOM = 16
SENT = [
    Cases(
        "lora-additional-target",
        "modules_to_save",
        each("additional_target", "lm_head", "embed_tokens,lm_head"),
        [{}, {"additional_target": None}],
    ),
    Cases(
        "lora-rank-exceeds-rollout",
        "greater than max_lora_rank",
        each("lora_rank", ROOM + 1, 2 * ROOM),
        each("lora_rank", ROOM, ROOM - 1, 1),
    ),
]


@pytest.mark.parametrize(("rule", "arguments", "severity", "about"), cases("PEFTHelper", SENT))
def test_adapters_that_are_sent(rule: str, arguments: Settings, severity: str | None, about: str, ours: Ours) -> None:
    reason = peft_helper(arguments, ROOM)
    assert (reason is None) is (severity is None), reason
    assert about in (reason or "")
    assert ours(rule, adapter({"lora_rank": ROOM, **arguments}, {"lora_rank": ROOM})) == severity


@generated("lora-rank-exceeds-rollout", by="PEFTHelper")
@given(trained=st.integers(1, 600), room=st.sampled_from((8, 16, 32, 64, 128, 256, 320, 512)))
def test_generated_ranks_of_both(trained: int, room: int, ours: Ours) -> None:
    reason = peft_helper({"lora_rank": trained}, room)
    changes = adapter({"lora_rank": trained}, {"lora_rank": room})
    assert (reason is not None) is (ours("lora-rank-exceeds-rollout", changes) == "error")
