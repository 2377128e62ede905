"""vLLM engines by hand-counted figures; vLLM itself is asked in `tests/oracles`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.facts.missing import FactMissing
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Settings
from roll_schema.planning import workers
from roll_schema.planning.memory import vllm
from roll_schema.planning.memory.common import Amount
from roll_schema.planning.memory.weights import weights_of
from tests.planning.memory.configs import P, config, weights


def engine(of: PPOConfig) -> tuple[list[Amount], vllm.KvCache | None]:
    known = workers.model_modules(of, "actor_infer")[1]
    held = weights_of(of.actor_infer, known, trains=False)
    return vllm.engine(of, of.actor_infer, held, GPUS["h100-80g"])


@pytest.mark.parametrize(("tensor", "heads"), [(1, 4), (2, 2), (4, 1), (8, 1)])
def test_an_engine_shares_weights_and_keys_among_its_gpus(tensor: int, heads: int) -> None:
    rows, cache = engine(config(engine=f"tensor_parallel_size: {tensor}", gpus=8))
    assert rows[0].bytes == 2 * P // tensor
    assert cache is not None
    assert cache.bytes_per_token == 2 * 28 * heads * 128 * 2
    assert sum(row.bytes for row in rows) == int(GPUS["h100-80g"].memory * 0.5)


def test_quantized_weights_and_cache_take_a_byte() -> None:
    rows, cache = engine(config(engine="quantization: fp8, kv_cache_dtype: fp8"))
    assert rows[0].bytes == P
    assert cache is not None
    assert cache.bytes_per_token == 2 * 28 * 4 * 128


@pytest.mark.parametrize("tensor", [1, 2])
def test_adapter_slots_are_on_every_layer(tensor: int) -> None:
    split = f"max_lora_rank: 16, tensor_parallel_size: {tensor}"
    rows, _ = engine(config(engine=split, model="lora_target: q_proj, lora_rank: 8"))
    by_output = 3584 + 3584 // tensor + 2 * (3584 + 512 // tensor) + 2 * (3584 + 18944 // tensor)
    by_input = 3584 // tensor + 3584 + 18944 // tensor + 3584
    assert next(row.bytes for row in rows if row.what == "adapter slots") == 2 * 16 * 28 * (by_output + by_input)


def test_experts_have_slots_of_their_own() -> None:
    of = config(
        model="lora_target: q_proj, lora_rank: 64", engine="tensor_parallel_size: 2", pretrain="Qwen/Qwen3-30B-A3B"
    )
    rows, _ = engine(of)
    slots = next(row for row in rows if row.what == "experts' slots")
    assert slots.bytes == 2 * 64 * 48 * 128 * (3 * 2048 + 3 * 768 // 2)
    assert slots.bound


def test_the_largest_stage_decides_on_the_cache() -> None:
    _, cache = engine(config(engine="pipeline_parallel_size: 8", gpus=8))
    assert cache is not None
    assert cache.bytes_per_token == 2 * 4 * 4 * 128 * 2
    _, cache = engine(config(engine="pipeline_parallel_size: 64", gpus=64))
    assert cache is not None
    assert cache.bytes_per_token == 2 * 1 * 4 * 128 * 2


@pytest.mark.parametrize("quantization", ["bitsandbytes", "awq"])
def test_other_quantizations_are_left_open(quantization: str) -> None:
    with pytest.raises(FactMissing, match="quantized"):
        engine(config(engine=f"quantization: {quantization}"))


@pytest.mark.parametrize(
    ("settings", "known"),
    [
        ({}, True),
        ({"sliding_window": 131072, "use_sliding_window": False}, True),
        ({"sliding_window": None}, True),
        ({"layer_types": ["full_attention"] * 28}, True),
        ({"sliding_window": 4096}, False),
        ({"sliding_window": 4096, "use_sliding_window": True}, False),
        ({"layer_types": ["full_attention", "sliding_attention"]}, False),
        ({"layer_types": 5}, True),
    ],
)
def test_layers_that_look_back_over_a_window_are_left_open(settings: dict[str, object], known: bool) -> None:
    of = config()
    weighed = replace(weights(of), known=weights(of).known._replace(settings=settings))
    found = vllm.kv_bytes_per_token(weighed, Settings(), 1, 1)
    assert (found == 2 * 28 * 4 * 128 * 2) if known else (found is None)
