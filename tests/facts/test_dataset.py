"""Data files are read below the working folder, and never elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from roll_schema.facts.catalog.dataset import MAX_BYTES, MAX_ROWS, is_absent, sample
from tests.support import lint_text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


def test_a_name_that_is_too_long_is_no_file(folder: Path) -> None:
    name = f"data/{'x' * 300}.jsonl"
    assert sample(name) is None
    assert not is_absent(name)


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", b"[" * 100_000, b"[1]\n", b"{}{}", b'{"a": 1}\nnot json\n'], ids=range(5)
)
def test_a_file_of_another_kind_tells_nothing(folder: Path, text: bytes) -> None:
    (folder / "data" / "odd.jsonl").write_bytes(text)
    assert sample("data/odd.jsonl") is None


def test_a_long_file_is_read_in_part(folder: Path) -> None:
    line = '{"pad": "%s"}\n' % ("x" * 1000)
    (folder / "data" / "long.jsonl").write_text(line * (MAX_BYTES // 1000), encoding="utf-8")
    read = sample("data/long.jsonl")
    assert read is not None
    assert (len(read.rows), read.complete) == (MAX_ROWS, False)


def test_nothing_outside_of_the_folder_is_looked_at(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.jsonl"
    outside.write_text('{"tag": "secret"}\n', encoding="utf-8")
    (folder / "data" / "link.jsonl").symlink_to(outside)
    for name in ("data/link.jsonl", str(outside), os.path.relpath(outside), "data/\0.jsonl"):
        assert sample(name) is None
        assert not is_absent(name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "data" / "pipe.jsonl")
    assert sample("data/pipe.jsonl") is None


def test_rows_are_not_counted_where_there_may_be_more(folder: Path) -> None:
    (folder / "data" / "many.jsonl").write_text('{"tag": "math"}\n' * (MAX_ROWS + 1), encoding="utf-8")
    text = """
rollout_batch_size: 5000
actor_train: {data_args: {file_name: [data/many.jsonl], domain_interleave_probs: {math_rule: 1.0}}}
rewards: {math_rule: {tag_included: [math]}}
"""
    assert "too-few-rows" not in {item.rule for item in lint_text(text).diagnostics}
