"""What the files of a checkpoint say of its weights: the headers of safetensors, read as data and within bounds."""

from __future__ import annotations

import json
import re
from functools import cache
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema.source import files

MAX_HEADER_BYTES = 32 << 20
"""A longer header is not read; those of published models, the largest ones too, have a few megabytes."""

MAX_FILES = 1024

_FILE = re.compile(r"[\w-][\w.-]*\.safetensors")


class Tensor(NamedTuple):
    """A stored weight; `dtype` by safetensors' names."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        return prod(self.shape)


_SINGLE = "model.safetensors"


def tensors(folder: Path) -> dict[str, Tensor] | None:
    """A checkpoint's weights by name; None where some of its files is missing or no safetensors file."""
    found: dict[str, Tensor] = {}
    try:
        for file in _files(folder):
            found.update(_header(file, files.state(file)))
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    return found or None


def _files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    single = folder / _SINGLE
    if not files.is_file(index):
        return [single] if files.is_file(single) else []
    names = sorted(set(json.loads(files.read(index, MAX_HEADER_BYTES))["weight_map"].values()))
    if len(names) > MAX_FILES or not all(_FILE.fullmatch(name) for name in names):
        raise ValueError
    return [folder / name for name in names]


@cache
def _header(file: Path, state: tuple[int, ...] | None) -> dict[str, Tensor]:
    """The weights that a file has, as of its state."""
    if state is None:
        raise ValueError
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= MAX_HEADER_BYTES:
            raise ValueError
        header: dict[str, Any] = json.loads(stream.read(length))
    rows = ((name, row) for name, row in header.items() if name != "__metadata__")
    return {name: Tensor(str(row["dtype"]), tuple(map(_dimension, row["shape"]))) for name, row in rows}


def _dimension(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return value
