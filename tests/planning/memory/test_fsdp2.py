"""FSDP2's shards by hand-counted figures."""

from __future__ import annotations

import pytest

from roll_schema.planning import memory
from tests.planning.memory.configs import P, config, rows, training, weights


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
    assert next(row.bytes for row in rows(of, release) if row.what == "gradients") == expected


def test_fsdp2_may_load_in_fp32_where_nothing_is_said() -> None:
    held = training(config("fsdp2_train", gpus=8))
    assert held["weights"] + held["loaded in fp32"] == (2 + 8) * P // 8
    assert training(config("fsdp2_train", "param_dtype: fp32", gpus=8))["weights"] == 4 * P // 8


def test_a_forward_pass_honours_shards() -> None:
    of = config("fsdp2_train", "fsdp_size: 2, param_dtype: bf16")
    assert next(memory.forward(of, of.actor_train, weights(of))).bytes == 2 * P // 2
