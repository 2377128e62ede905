"""The catalog of models: it loses nothing of what transformers told, and families are read from it."""

from __future__ import annotations

import json
import re
from itertools import product
from math import prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.catalog import MODELS, family_of
from tests.write_catalog import collapse

FILES = sorted(MODELS.glob("*.json"))


def expand(path: str) -> list[str]:
    """The paths that a path with ranges stands for."""
    ranges = re.findall(r"\{([^}]*)\}", path)
    axes = [[number for part in axis.split(",") for number in _numbers(part)] for axis in ranges]
    template = re.sub(r"\{[^}]*\}", "{}", path)
    return [template.format(*numbers) for numbers in product(*axes)]


def _numbers(part: str) -> range:
    low, _, high = part.partition("-")
    return range(int(low), int(high or low) + 1)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_weights_add_up_to_the_parameters_that_transformers_counts(file: Path) -> None:
    for entry in json.loads(file.read_text(encoding="utf-8")).values():
        sizes = {
            path: prod(int(size) for size in shape.split("x")) for path, shape in entry["weights"].items() if shape
        }
        scalars = sum(len(expand(path)) for path, shape in entry["weights"].items() if not shape)
        assert scalars + sum(len(expand(path)) * size for path, size in sizes.items()) == entry["parameters"]


def test_the_common_model_types_are_known() -> None:
    known = {file.stem for file in FILES}
    assert {
        "qwen2",
        "qwen3",
        "qwen3_moe",
        "qwen3_5",
        "qwen2_5_vl",
        "qwen3_vl",
        "llama",
        "mistral",
        "deepseek_v3",
    } <= known


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from("ab"))))
def test_ranges_stand_for_the_same_paths(numbers: set[tuple[int, int, str]]) -> None:
    rows = [(f"layers.{layer}.experts.{expert}.{name}", name) for layer, expert, name in sorted(numbers)]
    assert sorted((path, value) for box, value in collapse(rows).items() for path in expand(box)) == sorted(rows)


def test_a_family_has_the_names_of_its_modules() -> None:
    family = family_of("Qwen/Qwen3-8B")
    assert family is not None
    assert family.linear == ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    assert family.embedding == ("embed_tokens", "lm_head")
    assert {"q_norm", "k_norm", "self_attn", "mlp", "input_layernorm"} <= set(family.other)
    assert not any(name.startswith("{") for name in family.other)
