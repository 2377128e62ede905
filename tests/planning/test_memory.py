"""Memory of training and inference by hand-counted figures; real engines are asked in `tests/oracles`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from roll_schema.facts import releases
from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.facts.missing import FactMissing
from roll_schema.models.ppo_config import PPOConfig
from roll_schema.models.section import Settings
from roll_schema.planning import memory, workers
from roll_schema.planning.memory import Amount, Weights
from tests.support import lint_text

P = 7_615_616_512
RELEASE = releases.load("0.2.1")
CONFIG = """\
pretrain: {pretrain}
prompt_length: 1000
response_length: 1000
actor_train:
  model_args: {{dtype: bf16, {model}}}
  training_args: {{per_device_train_batch_size: 1, gradient_accumulation_steps: {passes}}}
  strategy_args: {{strategy_name: {strategy}, strategy_config: {{{settings}}}}}
  device_mapping: list(range(0,{gpus}))
actor_infer:
  model_args: {{dtype: bf16, {model}}}
  strategy_args: {{strategy_name: vllm, strategy_config: {{gpu_memory_utilization: 0.5, {engine}}}}}
  device_mapping: list(range(0,{gpus}))
"""


def config(
    strategy: str = "deepspeed_train",
    settings: str = "",
    model: str = "",
    engine: str = "",
    gpus: int = 4,
    passes: int = 2,
    pretrain: str = "Qwen/Qwen2.5-7B",
) -> PPOConfig:
    text = CONFIG.format(
        pretrain=pretrain,
        strategy=strategy,
        settings=settings,
        model=model,
        engine=engine,
        gpus=gpus,
        passes=passes,
    )
    found = lint_text(text, release="0.2.1").config
    assert isinstance(found, PPOConfig)
    return found


def weights(of: PPOConfig) -> Weights:
    return memory.weights_of(of.actor_train, workers.model_modules(of, "actor_train")[1], trains=True)


def training(of: PPOConfig) -> dict[str, int]:
    return {amount.what: amount.bytes for amount in memory.training(of, of.actor_train, weights(of), RELEASE)}


HALF = "bf16: {enabled: true}"


@pytest.mark.parametrize(
    ("stage", "passes", "expected"),
    [
        (0, 2, (2, 2, 12)),
        (1, 2, (2, 2, 3)),
        (1, 1, (2, 0.5, 3)),
        (2, 2, (2, 0.5, 3)),
        (3, 2, (0.5, 0.5, 3)),
    ],
)
def test_zero_stages(stage: int, passes: int, expected: tuple[float, float, float]) -> None:
    held = training(config(settings=f"{HALF}, zero_optimization: {{stage: {stage}}}", passes=passes))
    assert (held["weights"], held["gradients"], held["optimizer states"]) == tuple(int(P * each) for each in expected)


def test_without_half_precision_weights_and_gradients_take_four_bytes() -> None:
    held = training(config(settings="zero_optimization: {stage: 1}"))
    assert (held["weights"], held["gradients"]) == (4 * P, 4 * P)


def test_offloaded_states_are_on_the_node() -> None:
    settings = (
        f"{HALF}, zero_optimization: {{stage: 3, offload_optimizer: {{device: cpu}}, offload_param: {{device: cpu}}}}"
    )
    of = config(settings=settings)
    on_node = {amount.what for amount in memory.training(of, of.actor_train, weights(of), RELEASE) if amount.host}
    assert on_node == {"weights", "optimizer states"}


def test_megatron_splits_by_its_sizes() -> None:
    settings = "tensor_model_parallel_size: 2, pipeline_model_parallel_size: 2, use_distributed_optimizer: true"
    held = training(config("megatron_train", settings, gpus=8))
    assert (held["weights"], held["gradients"], held["optimizer states"]) == (2 * (P // 4), 4 * (P // 4), 12 * P // 8)
    held = training(config("megatron_train", "tensor_model_parallel_size: 2", gpus=8))
    assert held["optimizer states"] == 12 * (P // 2)


def test_megatron_adapters_sit_on_fused_layers() -> None:
    of = config("megatron_train", model="lora_target: linear_qkv, lora_rank: 8", gpus=8)
    assert weights(of).trained == 28 * 8 * (3584 + 3584 + 2 * 512)
    everything = config("megatron_train", model="lora_target: all-linear, lora_rank: 8", gpus=8)
    per_layer = (3584 + 3584 + 2 * 512) + (3584 + 3584) + (3584 + 2 * 18944) + (18944 + 3584)
    assert weights(everything).trained == 28 * 8 * per_layer


def test_megatron_splits_experts_by_their_own_sizes() -> None:
    def held(settings: str) -> int:
        of = config("megatron_train", settings, gpus=8, pretrain="Qwen/Qwen3-30B-A3B")
        assert weights(of).experts == 48 * 128 * 3 * 768 * 2048
        return training(of)["weights"]

    total, experts = 30_532_122_624, 48 * 128 * 3 * 768 * 2048
    sizes = "tensor_model_parallel_size: 2, expert_model_parallel_size: 4"
    assert held(sizes) == 2 * ((total - experts) // 2 + experts // 8)
    assert held(f"{sizes}, expert_tensor_parallel_size: 1") == 2 * ((total - experts) // 2 + experts // 4)


def test_megatron_offloads_optimizer_states() -> None:
    of = config("megatron_train", "optimizer_cpu_offload: true", gpus=8)
    rows = memory.training(of, of.actor_train, weights(of), RELEASE)
    assert {amount.what for amount in rows if amount.host} == {"optimizer states"}


@pytest.mark.parametrize(("size", "shards"), [(1, 8), (2, 2), (4, 4), (8, 8), (16, 8)])
def test_fsdp2_shards(size: int, shards: int) -> None:
    held = training(config("fsdp2_train", f"fsdp_size: {size}, param_dtype: bf16", gpus=8))
    assert held["weights"] == 2 * P // shards
    assert held["optimizer states"] == 4 * P // shards
    assert "loaded in fp32" not in held


@pytest.mark.parametrize(
    ("release", "passes", "settings", "expected"),
    [
        ("0.2.1", 1, "", 2 * P // 8),
        ("0.2.1", 2, "", 4 * P),
        ("0.3.0", 2, "", 2 * P // 8),
        ("0.3.0", 2, ", reduce_scatter_during_grad_accumulation: false, reduce_dtype: bf16", 2 * P),
    ],
)
def test_fsdp2_keeps_gradients_whole_until_they_are_reduced(
    release: str, passes: int, settings: str, expected: int
) -> None:
    of = config("fsdp2_train", f"param_dtype: bf16{settings}", gpus=8, passes=passes)
    rows = memory.training(of, of.actor_train, weights(of), releases.load(release))
    assert next(row.bytes for row in rows if row.what == "gradients") == expected


def test_fsdp2_may_load_in_fp32_where_nothing_is_said() -> None:
    held = training(config("fsdp2_train", gpus=8))
    assert held["weights"] + held["loaded in fp32"] == (2 + 8) * P // 8
    assert training(config("fsdp2_train", "param_dtype: fp32", gpus=8))["weights"] == 4 * P // 8


def test_frozen_modules_get_no_gradient() -> None:
    of = config(settings=f"{HALF}, zero_optimization: {{stage: 1}}", model="freeze_module_prefix: model.layers")
    outside = 2 * 152_064 * 3584 + 3584
    assert weights(of).trained == outside
    assert training(of)["gradients"] == 2 * outside


def test_an_adapter_that_is_not_known_leaves_the_weights_known() -> None:
    of = config(
        settings=f"{HALF}, zero_optimization: {{stage: 2}}",
        model='lora_target: "q_proj,gate_proj,up_proj", lora_rank: 8',
        pretrain="Qwen/Qwen3-30B-A3B",
    )
    rows = memory.training(of, of.actor_train, weights(of), RELEASE)
    assert next(rows).bytes == 2 * 30_532_122_624
    with pytest.raises(FactMissing, match="trained parameters"):
        next(rows)


def test_dynamic_batching_bounds_the_tokens_of_a_pass() -> None:
    of = config("megatron_train", gpus=8)
    worker = of.actor_train.model_copy(
        update={"use_dynamic_batching_in_train": True, "max_tokens_per_microbatch_in_train": 4096}
    )
    rows = {amount.what: amount for amount in memory.training(of, worker, weights(of), RELEASE)}
    assert rows["logits"].bytes == 10 * 4096 * 152_064
    assert "max_tokens_per_microbatch_in_train" in rows["activations"].formula


def engine(of: PPOConfig) -> tuple[list[Amount], memory.KvCache | None]:
    known = workers.model_modules(of, "actor_infer")[1]
    held = memory.weights_of(of.actor_infer, known, trains=False)
    return memory.engine(of, of.actor_infer, held, GPUS["h100-80g"])


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


def test_a_forward_pass_honours_offloading_and_shards() -> None:
    offloaded = f"{HALF}, zero_optimization: {{stage: 3, offload_param: {{device: cpu}}}}"
    of = config(settings=offloaded)
    assert next(memory.forward(of, of.actor_train, weights(of))).host
    of = config("fsdp2_train", "fsdp_size: 2, param_dtype: bf16")
    assert next(memory.forward(of, of.actor_train, weights(of))).bytes == 2 * P // 2


def test_plain_adam_keeps_two_moments_only() -> None:
    assert training(config(settings="zero_optimization: {stage: 0}"))["optimizer states"] == 8 * P
    assert training(config(settings="zero_optimization: {stage: 1}"))["optimizer states"] == 12 * P // 4


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


def test_an_invalid_pattern_leaves_the_adapter_open() -> None:
    of = config(settings=HALF, model="lora_target: '(q_proj|v_proj', lora_rank: 8")
    assert weights(of).tuned is None


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
    found = memory.kv_bytes_per_token(weighed, Settings(), 1, 1)
    assert (found == 2 * 28 * 4 * 128 * 2) if known else (found is None)
