"""A run's folder: checkpoints that are whole, records that go on, and what was there before."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest
from roll_runtime.errors import DataProblem
from roll_runtime.store import Position, Store, position_of


def at(step: int) -> Position:
    return Position(step, {"math_rule": 8 * step}, 0.1, 2, 100)


def saved(store: Store, *steps: int, keep: int = 0) -> list[str]:
    for step in steps:
        with store.checkpoint(at(step), keep) as folder:
            (folder / "weights").write_text("w")
    return [path.name for path in store.all()]


def test_a_checkpoint_counts_once_it_is_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "run")
    store.open(None)
    assert saved(store, 1) == ["step-000001"]

    def fill_the_disk() -> None:
        with store.checkpoint(at(2), 0) as folder:
            (folder / "weights").write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fill_the_disk()
    assert [path.name for path in store.checkpoints.iterdir()] == ["step-000001"]
    assert position_of(store.all()[-1]) == at(1)


def test_rows_that_found_no_room_are_written_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.record("metrics.jsonl", {"step": 1})

    class Full(io.FileIO):
        """Takes ten bytes, then is full."""

        def write(self, text: bytes) -> int:  # type: ignore[override]
            if self.tell() >= 20:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(text[:10])

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", lambda path, mode, buffering: Full(path, mode.replace("b", "")))
        for step in (2, 3):
            with pytest.raises(OSError, match="No space"):
                store.record("metrics.jsonl", {"step": step})
    assert store.read("metrics.jsonl") == [{"step": 1}]
    store.record("metrics.jsonl", {"step": 4})
    assert store.read("metrics.jsonl") == [{"step": step} for step in (1, 2, 3, 4)]


def test_the_oldest_go_after_the_new_one_is_there(tmp_path: Path) -> None:
    store = Store(tmp_path / "run")
    store.open(None)
    assert saved(store, 1, 2, 3, keep=2) == ["step-000002", "step-000003"]


def test_what_a_killed_run_left_half_written_is_removed(tmp_path: Path) -> None:
    store = Store(tmp_path / "run")
    store.open(None)
    saved(store, 1)
    (store.checkpoints / "step-000002.unfinished").mkdir()
    store.open(at(1))
    assert [path.name for path in store.checkpoints.iterdir()] == ["step-000001"]


def test_records_behind_the_checkpoint_are_made_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "run")
    store.open(None)
    store.record("metrics.jsonl", *({"step": step} for step in (1, 2, 3)))
    with (store.folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4, "rew')  # killed while writing
    store.open(at(2))
    assert store.read("metrics.jsonl") == [{"step": 1}, {"step": 2}]
    store.record("metrics.jsonl", {"step": 3})
    assert len(store.read("metrics.jsonl")) == 3


def test_an_earlier_run_is_moved_never_overwritten(tmp_path: Path) -> None:
    store = Store(tmp_path / "run")
    assert store.open(None) is None
    saved(store, 1)
    assert store.open(None) == tmp_path / "run.1"
    saved(store, 2)
    assert store.open(None) == tmp_path / "run.2"
    assert (tmp_path / "run.1" / "checkpoints" / "step-000001").is_dir()


def test_what_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "position.json").write_text("{}")
    with pytest.raises(DataProblem, match="is no checkpoint of roll-run"):
        position_of(tmp_path)


def test_a_checkpoint_is_copied_whole(tmp_path: Path) -> None:
    store = Store(tmp_path / "run", tmp_path / "archive" / "run")
    store.open(None)
    assert saved(store, 1, 2, keep=1) == ["step-000002"]
    copies = sorted((tmp_path / "archive" / "run").iterdir())
    assert [copy.name for copy in copies] == ["step-000001", "step-000002"]
    assert [(copy / "weights").read_text() for copy in copies] == ["w", "w"]
    assert position_of(copies[-1]) == at(2)
