"""The catalog of models: it loses nothing of what transformers told, and says how sizes and adapters come about."""

from __future__ import annotations

import json
import re
import struct
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.facts.catalog.adapters import (
    TooCostly,
    adapter_parameters,
    is_quick,
    kinds_matched,
    kinds_named,
    matched,
)
from roll_schema.facts.catalog.architecture import FOLDER, architectures, count, evaluate, evaluate_path, paths
from roll_schema.facts.catalog.checkpoint import checkpoint
from roll_schema.facts.catalog.safetensors import MAX_HEADER_BYTES, tensors
from tests.patience import processor_limit
from tests.write_catalog import collapse

TYPES = sorted(file.stem for file in FOLDER.glob("*.json"))


@pytest.mark.parametrize("model_type", TYPES)
def test_weights_add_up_to_the_parameters_that_transformers_counts(model_type: str) -> None:
    entries = json.loads((FOLDER / f"{model_type}.json").read_text(encoding="utf-8"))
    for architecture in architectures(model_type):
        counted = entries[architecture.major]["parameters"]
        assert architecture.parameters(architecture.sizes, tied=False) == counted
        assert architecture.fits(architecture.sizes)
        assert architecture.output is None or architecture.output in dict(architecture.module_kinds(architecture.sizes))


def test_the_common_model_types_are_known() -> None:
    common = "qwen2 qwen3 qwen3_moe qwen3_5 qwen2_5_vl qwen3_vl llama mistral deepseek_v3"
    assert set(common.split()) <= set(TYPES)


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from("ab"))))
def test_ranges_stand_for_the_same_paths(numbers: set[tuple[int, int, str]]) -> None:
    rows = [(f"layers.{layer}.experts.{expert}.{name}", name) for layer, expert, name in sorted(numbers)]
    collapsed = collapse(rows)
    assert sorted((path, value) for box, value in collapsed.items() for path in paths(box)) == sorted(rows)
    assert sum(map(count, collapsed)) == len(rows)


def test_shapes_and_paths_follow_the_sizes() -> None:
    sizes = {"hidden": 64, "heads": 4, "kv_heads": 2, "layers": 3, "intermediate": 10}
    assert evaluate("heads*head_dim+2*kv_heads*head_dim x hidden", sizes) == (128, 64)
    assert evaluate("2*intermediate x 7", sizes) == (20, 7)
    assert list(paths(evaluate_path("l.{1-layers}.x", sizes))) == ["l.1.x", "l.2.x"]
    assert list(paths(evaluate_path("l.{2-layers}.x", sizes))) == ["l.2.x"]


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("Qwen/Qwen2.5-7B", 7_615_616_512),
        ("Qwen/Qwen3-8B", 8_190_735_360),
        ("Qwen/Qwen2.5-0.5B-Instruct", 494_032_768),
        ("Qwen/Qwen3-30B-A3B", 30_532_122_624),
        ("Qwen/Qwen2.5-VL-7B-Instruct", 8_292_166_656),
    ],
)
def test_parameters_of_published_models(model: str, parameters: int) -> None:
    known = checkpoint(model)
    assert known is not None
    assert known.parameters == parameters


def test_only_the_language_model_of_a_vision_model_is_counted() -> None:
    known = checkpoint("Qwen/Qwen2.5-VL-7B-Instruct")
    assert known is not None
    assert known.architecture is not None
    assert known.architecture.composite
    text = [
        number * prod(shape)
        for path, number, shape in known.architecture.shapes(known.sizes, tied=False)
        if not path.startswith("model.visual.")
    ]
    assert sum(text) == 7_615_616_512


def test_an_adapter_on_all_linear_layers() -> None:
    """PEFT prints 80,740,352 trainable parameters for Qwen2.5-7B with rank 32."""
    known = checkpoint("Qwen/Qwen2.5-7B")
    assert known is not None
    assert known.architecture is not None
    modules = matched(known.architecture, known.sizes, "all-linear")
    assert len(modules) == 28 * 7
    assert adapter_parameters(known.architecture, known.sizes, modules, 32) == 80_740_352


def test_a_setting_that_changes_weights_makes_sizes_unknown(tmp_path: Path) -> None:
    config = {"model_type": "qwen3", **_hub_names(), "tie_word_embeddings": False}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    known = checkpoint(str(tmp_path))
    assert known is not None
    assert known.parameters == 8_190_735_360
    (tmp_path / "config.json").write_text(json.dumps(config | {"attention_bias": True}), encoding="utf-8")
    known = checkpoint(str(tmp_path))
    assert known is not None
    assert known.architecture is None
    assert known.parameters is None


def _hub_names() -> dict[str, int]:
    return {
        "hidden_size": 4096,
        "num_hidden_layers": 36,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "intermediate_size": 12288,
        "vocab_size": 151936,
        "head_dim": 128,
    }


def test_names_and_patterns_are_matched_as_peft_does() -> None:
    known = checkpoint("Qwen/Qwen3-8B")
    assert known is not None
    assert kinds_named(known, "q_proj") == {"linear"}
    assert kinds_named(known, "self_attn.q_proj") == {"linear"}
    assert kinds_named(known, "proj") == set()
    assert kinds_named(known, "q_norm") == {"other"}
    assert kinds_named(known, "embed_tokens") == {"embedding"}
    assert kinds_matched(known, r"model\.layers\.35\..*_proj") == {"linear"}
    assert kinds_matched(known, r"model\.layers\.36\..*_proj") == set()
    assert kinds_matched(known, r".*\.mlp.*") == {"linear", "other"}
    assert kinds_matched(known, "q_proj") == set()


HOSTILE = [
    "(a+)+$",
    "a?" * 40 + "a" * 40,
    "(.*)*x",
    ".*.*.*.*.*x",
    "(a|a)" * 30,
    "(?:.|.)*x",
    "x" * 2000,
    "(a{1,9}){1,9}",
    r"[m\][](.|.)*!]",
    r"[m\][](\w|\w|.)+!]",
    "(?x)[#\n(.|.)*!#]",
    "(?#[)(.|.)*!(?#])",
    "(" * 4 + "(?:a|e|l|m)" + ")+" * 4 + "!",
    "(?:.*|.*|.*|.*).*.*!",
]


@pytest.mark.parametrize("pattern", HOSTILE, ids=range(len(HOSTILE)))
def test_a_costly_pattern_is_not_run(pattern: str) -> None:
    assert not is_quick(pattern)
    known = checkpoint("Qwen/Qwen3-8B")
    assert known is not None
    assert known.architecture is not None
    with pytest.raises(TooCostly):
        matched(known.architecture, known.sizes, pattern)


QUICK = [
    r".*\.(q|k|v|o)_proj",
    r"^(?!.*visual).*(q_proj|k_proj|v_proj)$",
    r"(^|.*\.)layers\.(1[0-9]|2[0-7])\.(mlp|self_attn)\.(up|down)_proj",
]


@pytest.mark.parametrize("pattern", QUICK)
def test_usual_patterns_are_run(pattern: str) -> None:
    assert is_quick(pattern)


@given(st.text("a.*+?()|x{1,}[]\\d", max_size=14))
def test_what_is_run_ends_soon(pattern: str) -> None:
    if not is_quick(pattern, paths=500):
        return
    try:
        expression = re.compile(pattern)
    except (re.error, OverflowError):
        return
    with processor_limit(1):
        expression.fullmatch("a" * 90)


def store(file: Path, header: object) -> None:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(data)) + data)


def row(*shape: int, dtype: str = "BF16") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [0, 2 * prod(shape)]}


def test_stored_weights_tell_parameters_and_names(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "qwen2"}', encoding="utf-8")
    store(
        tmp_path / "model.safetensors", {"__metadata__": {}, "h.0.c_attn.weight": row(4, 12), "h.0.ln.weight": row(4)}
    )
    known = checkpoint(str(tmp_path))
    assert known is not None
    assert known.parameters == 52
    assert kinds_named(known, "c_attn") == {"linear"}
    assert kinds_named(known, "ln") == {"other"}


def test_stored_weights_of_several_files(tmp_path: Path) -> None:
    store(tmp_path / "a.safetensors", {"x.weight": row(2, 3)})
    store(tmp_path / "b.safetensors", {"y.weight": row(5, dtype="F32")})
    index = {"weight_map": {"x.weight": "a.safetensors", "y.weight": "b.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    found = tensors(tmp_path)
    assert found is not None
    assert {name: (tensor.dtype, tensor.elements) for name, tensor in found.items()} == {
        "x.weight": ("BF16", 6),
        "y.weight": ("F32", 5),
    }


HOSTILE_HEADERS: list[object] = [
    b"",
    b"[]",
    b"{",
    b"[" * 100_000,
    {"x": 1},
    {"x": {"dtype": "BF16", "shape": [-1]}},
    {"x": {"dtype": "BF16", "shape": [True]}},
    {"x": {"dtype": "BF16", "shape": "ab"}},
]


@pytest.mark.parametrize("header", HOSTILE_HEADERS, ids=range(len(HOSTILE_HEADERS)))
def test_a_hostile_header_tells_nothing(tmp_path: Path, header: object) -> None:
    store(tmp_path / "model.safetensors", header)
    assert tensors(tmp_path) is None


@pytest.mark.parametrize("name", ["../x.safetensors", "/etc/passwd", "x.bin", ".safetensors", 3])
def test_an_index_leads_nowhere_else(tmp_path: Path, name: object) -> None:
    store(tmp_path.parent / "x.safetensors", {"x.weight": row(2)})
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"x": name}}), encoding="utf-8")
    assert tensors(tmp_path) is None


def test_a_header_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(struct.pack("<Q", MAX_HEADER_BYTES + 1) + b"{}")
    assert tensors(tmp_path) is None
