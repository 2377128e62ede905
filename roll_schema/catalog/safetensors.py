"""What the files of a checkpoint say of its weights: the headers of safetensors, read as data and within bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

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


@cache
def tensors(folder: Path) -> dict[str, Tensor] | None:
    """A checkpoint's weights by name; None where some of its files is missing or no safetensors file."""
    found: dict[str, Tensor] = {}
    try:
        for file in _files(folder):
            found.update(_header(file))
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None
    return found or None


def _files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    single = folder / "model.safetensors"
    if not index.is_file():
        return [single] if single.is_file() else []
    if index.stat().st_size > MAX_HEADER_BYTES:
        raise ValueError
    names = sorted(set(json.loads(index.read_bytes())["weight_map"].values()))
    if len(names) > MAX_FILES or not all(_FILE.fullmatch(name) for name in names):
        raise ValueError
    return [folder / name for name in names]


def _header(file: Path) -> Iterator[tuple[str, Tensor]]:
    if not file.is_file():
        raise ValueError
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= MAX_HEADER_BYTES:
            raise ValueError
        header: dict[str, Any] = json.loads(stream.read(length))
    for name, row in header.items():
        if name != "__metadata__":
            yield name, Tensor(str(row["dtype"]), tuple(map(_dimension, row["shape"])))


def _dimension(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return value
