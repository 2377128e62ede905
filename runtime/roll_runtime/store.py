"""The run's folder: what it is made from, its records line by line, and its checkpoints.

A checkpoint is written under another name and renamed when it is whole, so that one that is there can be loaded.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from roll_runtime.errors import DataProblem

_UNFINISHED = ".unfinished"
_RECORDS = ("metrics.jsonl", "samples.jsonl", "validation.jsonl")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run stands after `step` whole steps; `taken` are the prompts used of each domain.

    `trainer` is the backend of its ranks, by the name that configs have for it.
    """

    step: int
    taken: dict[str, int]
    kl_coefficient: float
    ranks: int
    tokens: int = 0
    trainer: str = "deepspeed_train"


class Store:
    """A run's folder; nothing is written before `open`."""

    def __init__(self, folder: Path, copies: Path | None = None) -> None:
        self.folder = folder
        self.checkpoints = folder / "checkpoints"
        self.copies = copies
        self._waiting: dict[str, str] = {}

    def open(self, resumed: Position | None) -> Path | None:
        """Make the folder ready; gives where an earlier run was moved to, if one was in the way.

        A resumed run loses the records of steps behind its checkpoint, which it makes again.
        """
        self._waiting.clear()
        moved = None
        if resumed is None and self.folder.exists() and any(self.folder.iterdir()):
            moved = _free(self.folder)
            self.folder.rename(moved)
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        if self.copies is not None:
            self.copies.mkdir(parents=True, exist_ok=True)
        for leftover in self.checkpoints.glob(f"*{_UNFINISHED}"):
            shutil.rmtree(leftover, ignore_errors=True)
        if resumed is not None:
            for name in _RECORDS:
                self._cut(self.folder / name, resumed.step)
        return moved

    def record(self, name: str, *rows: dict[str, Any]) -> None:
        """Append rows to a JSON Lines file; raises OSError where that fails, and writes them with the next ones."""
        text = self._waiting.pop(name, "") + "".join(json.dumps(row) + "\n" for row in rows)
        try:
            _append(self.folder / name, text.encode())
        except OSError:
            self._waiting[name] = text
            raise

    def demand_room(self, least: int) -> None:
        """Raise OSError where the disk has no room for a checkpoint like the last one, or of `least` bytes."""
        there = self.all()
        needed = sum(path.stat().st_size for path in there[-1].rglob("*")) if there else least
        if shutil.disk_usage(self.folder).free < needed:
            raise OSError(errno.ENOSPC, f"a checkpoint takes {needed / 1e6:.1f} MB")

    @property
    def free(self) -> str:
        """Room on the disk, for a message."""
        return f"{shutil.disk_usage(self.folder).free / 1e6:.1f} MB are free in {self.folder}"

    def read(self, name: str) -> list[dict[str, Any]]:
        """The rows of a JSON Lines file; a last line that was cut off is left out."""
        path = self.folder / name
        rows = []
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                rows.append(json.loads(line))
            except ValueError:
                continue
        return rows

    def write(self, name: str, text: str) -> None:
        """Write a file whole or not at all."""
        write_whole(self.folder / name, text)

    @contextmanager
    def checkpoint(self, position: Position, keep: int) -> Iterator[Path]:
        """A folder to write a checkpoint into; it counts only once everything in it was written, and is then copied.

        `keep` is how many checkpoints stay, 0 for all; the oldest go first, and only after the new one is there.
        """
        final = self.checkpoints / f"step-{position.step:06}"
        draft = final.with_name(final.name + _UNFINISHED)
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        try:
            yield draft
            _write_durably(draft / "position.json", json.dumps(asdict(position), indent=1))
            shutil.rmtree(final, ignore_errors=True)
            draft.rename(final)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        if self.copies is not None:
            _copy(final, self.copies / final.name)
        for old in self.all()[:-keep] if keep else ():
            shutil.rmtree(old, ignore_errors=True)

    def all(self) -> list[Path]:
        """Whole checkpoints, oldest first."""
        found = self.checkpoints.glob("step-*") if self.checkpoints.is_dir() else ()
        return sorted(path for path in found if (path / "position.json").is_file())

    def _cut(self, path: Path, step: int) -> None:
        rows = self.read(path.name)
        if rows:
            kept = [row for row in rows if row.get("step", 0) <= step]
            self.write(path.name, "".join(json.dumps(row) + "\n" for row in kept))


def position_of(checkpoint: Path) -> Position:
    """Where a checkpoint stands; raises DataProblem where it is none."""
    if not checkpoint.is_dir():
        raise DataProblem(f"there is no checkpoint {checkpoint}")
    try:
        return Position(**json.loads((checkpoint / "position.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise DataProblem(f"{checkpoint} is no checkpoint of roll-run: {error}") from None


def rank_of(checkpoint: Path) -> int:
    """The LoRA rank of a checkpoint's adapter; raises DataProblem where it has none."""
    try:
        return int(json.loads((checkpoint / "adapter" / "adapter_config.json").read_text(encoding="utf-8"))["r"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataProblem(f"{checkpoint} has no adapter: {error}") from None


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all; raises OSError."""
    draft = path.with_name(f".{path.name}{_UNFINISHED}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _append(path: Path, text: bytes) -> None:
    """Append whole lines, or nothing."""
    with path.open("ab", buffering=0) as file:
        size = file.tell()
        try:
            while text:
                text = text[file.write(text) :]
        except OSError:
            file.truncate(size)
            raise


def _copy(folder: Path, target: Path) -> None:
    """Copy a folder whole or not at all, over one that is there."""
    draft = target.with_name(target.name + _UNFINISHED)
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(folder, draft)
    shutil.rmtree(target, ignore_errors=True)
    draft.rename(target)


def _free(folder: Path) -> Path:
    """`run.1`, or the first number that is not there."""
    number = 1
    while folder.with_name(f"{folder.name}.{number}").exists():
        number += 1
    return folder.with_name(f"{folder.name}.{number}")


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
