"""What is read of a checkpoint: a folder's config.json, a hub cache's, or the cited table, and nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from roll_schema.facts.catalog.architecture import FOLDER as MODELS
from roll_schema.facts.catalog.checkpoint import MAX_CONFIG_BYTES, SIZES, _table, checkpoint
from tests.support import lint_text

QWEN = {"model_type": "qwen2", "num_attention_heads": 14, "num_hidden_layers": 24, "tie_word_embeddings": True}


def model_folder(folder: Path, config: object) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(config if isinstance(config, str) else json.dumps(config), encoding="utf-8")
    return str(folder)


def test_a_folder_tells_its_sizes(tmp_path: Path) -> None:
    known = checkpoint(model_folder(tmp_path / "Qwen3-8B", QWEN))
    assert known is not None
    assert (known.model_type, dict(known.sizes), known.tied) == ("qwen2", {"heads": 14, "layers": 24}, True)


def test_the_language_model_of_a_vision_model_is_described(tmp_path: Path) -> None:
    text = {"num_attention_heads": 16, "max_position_embeddings": 128000}
    known = checkpoint(
        model_folder(tmp_path, {"model_type": "qwen2_5_vl", "num_hidden_layers": 9, "text_config": text})
    )
    assert known is not None
    assert (known.model_type, dict(known.sizes)) == ("qwen2_5_vl", {"heads": 16, "positions": 128000})


def test_scaled_positions_are_not_known(tmp_path: Path) -> None:
    config = QWEN | {"max_position_embeddings": 32768, "rope_scaling": {"rope_type": "yarn", "factor": 4.0}}
    known = checkpoint(model_folder(tmp_path, config))
    assert known is not None
    assert "positions" not in known.sizes


@pytest.mark.parametrize(
    "config",
    ["", "[]", "null", "{", "[" * 100_000, '{"model_type": 1}', "{}" + " " * MAX_CONFIG_BYTES, "\udcff"],
    ids=["empty", "list", "null", "broken", "deep", "no type", "huge", "surrogate"],
)
def test_a_hostile_config_tells_nothing(tmp_path: Path, config: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_bytes(config.encode("utf-8", "surrogateescape"))
    assert checkpoint(str(folder)) is None


def test_sizes_of_a_wrong_type_are_left_out(tmp_path: Path) -> None:
    known = checkpoint(
        model_folder(tmp_path, {"model_type": "x", "num_attention_heads": "8", "num_hidden_layers": True})
    )
    assert known is not None
    assert known.sizes == {}


@pytest.mark.parametrize(
    "config",
    [{"model_type": "x" * 300}, QWEN | {"num_hidden_layers": 300_000_000}, QWEN | {"vocab_size": 10**30}],
    ids=["long name", "many layers", "huge size"],
)
def test_absurd_numbers_and_names_are_not_worked_with(tmp_path: Path, config: dict[str, Any]) -> None:
    known = checkpoint(model_folder(tmp_path, config))
    assert known is not None
    assert known.architecture is None
    assert known.sizes.get("layers", 0) < 1000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    assert checkpoint(str(tmp_path)) is None


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "", "/", "~", "org/../../etc", "../../x"])
def test_odd_names_tell_nothing(name: str) -> None:
    assert checkpoint(name) is None


def test_a_hub_cache_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    folder = tmp_path / "models--my-org--my.model"
    model_folder(folder / "snapshots" / ("0" * 40), QWEN)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("0" * 40 + "\n", encoding="utf-8")
    known = checkpoint("my-org/my.model")
    assert known is not None
    assert known.sizes["heads"] == 14
    (folder / "refs" / "main").write_text("../../../elsewhere", encoding="utf-8")
    assert checkpoint("my-org/my.model") is None


def test_cited_sizes_are_of_known_types_and_names() -> None:
    for name, row in _table().items():
        assert set(row.sizes) <= set(SIZES), name
        assert (MODELS / f"{row.model_type}.json").exists(), name
        assert row.source, name
        assert row.sizes["heads"] % row.sizes["kv_heads"] == 0, name


def test_a_tuned_variant_shares_all_but_positions() -> None:
    base, tuned = checkpoint("Qwen/Qwen2.5-7B"), checkpoint("/data/models/Qwen2.5-7B-Instruct/")
    assert base is not None
    assert tuned is not None
    assert dict(tuned.sizes) == {key: size for key, size in base.sizes.items() if key != "positions"}
    named = checkpoint("someone/Qwen2.5-7B-distilled")
    assert named is not None
    assert (named.model_type, named.sizes, named.parameters) == ("qwen2", {}, None)


CONFIG = """\
pretrain: {model}
actor_train:
  strategy_args: {{strategy_name: megatron_train, strategy_config: {megatron}}}
"""


def found(tmp_path: Path, rule: str, model: Any, megatron: str = "{}") -> list[tuple[int, int, str]]:
    folder = model_folder(tmp_path, model)
    result = lint_text(CONFIG.format(model=folder, megatron=megatron), release="0.2.1", pipeline="rlvr")
    found = [item for item in result.diagnostics if item.rule == rule]
    return [(*item.span.first, item.message.replace(str(folder), "MODEL")) for item in found]


def test_heads_of_a_local_model(tmp_path: Path) -> None:
    expected = "`MODEL` has 14 attention heads, not divisible by 4 (`tensor_model_parallel_size`)"
    assert found(tmp_path, "uneven-heads", QWEN, "{tensor_model_parallel_size: 4}") == [(3, 96, expected)]
    assert found(tmp_path, "uneven-heads", QWEN, "{tensor_model_parallel_size: 7}") == []


def test_odd_heads_and_layers(tmp_path: Path) -> None:
    small = QWEN | {"num_attention_heads": 9, "num_key_value_heads": 3, "num_hidden_layers": 61}
    expected = "`MODEL` has 9 attention heads, not divisible by 2 (`tensor_model_parallel_size`)"
    assert found(tmp_path, "uneven-heads", small, "{tensor_model_parallel_size: 2}") == [(3, 96, expected)]
    expected = "61 layers of `MODEL` are not divisible by 2 stages"
    assert found(tmp_path, "uneven-layers", small, "{pipeline_model_parallel_size: 2}") == [(3, 98, expected)]


def test_virtual_stages_and_counted_layers(tmp_path: Path) -> None:
    both = "{pipeline_model_parallel_size: 2, virtual_pipeline_model_parallel_size: 5}"
    expected = "24 layers of `MODEL` are not divisible by 10 stages (2 × 5 virtual)"
    assert found(tmp_path, "uneven-layers", QWEN, both) == [(3, 98, expected)]
    counted = "{pipeline_model_parallel_size: 5, account_for_loss_in_pipeline_split: true}"
    assert found(tmp_path, "uneven-layers", QWEN, counted) == []
    placed = "{pipeline_model_parallel_size: 5, num_layers_in_first_pipeline_stage: 4}"
    assert found(tmp_path, "uneven-layers", QWEN, placed) == []
