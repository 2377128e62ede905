"""Trained parameters, of whole models and of adapters."""

from __future__ import annotations

import pytest

from roll_schema.facts.missing import FactMissing
from tests.planning.memory.configs import HALF, config, rows, training, weights


def test_megatron_adapters_sit_on_fused_layers() -> None:
    of = config("megatron_train", model="lora_target: linear_qkv, lora_rank: 8", gpus=8)
    assert weights(of).trained == 28 * 8 * (3584 + 3584 + 2 * 512)
    everything = config("megatron_train", model="lora_target: all-linear, lora_rank: 8", gpus=8)
    per_layer = (3584 + 3584 + 2 * 512) + (3584 + 3584) + (3584 + 2 * 18944) + (18944 + 3584)
    assert weights(everything).trained == 28 * 8 * per_layer


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
    found = rows(of)
    assert next(found).bytes == 2 * 30_532_122_624
    with pytest.raises(FactMissing, match="trained parameters"):
        next(found)


def test_an_invalid_pattern_leaves_the_adapter_open() -> None:
    of = config(settings=HALF, model="lora_target: '(q_proj|v_proj', lora_rank: 8")
    assert weights(of).tuned is None
