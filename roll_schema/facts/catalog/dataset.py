"""The first rows of a data file below the working folder, from which ROLL's relative paths start."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema.source import files

MAX_ROWS = 200
MAX_BYTES = 2 << 20
"""What is read of a file at most, so that linting stays quick."""

DEFAULT_DOMAIN = "math_rule"
"""The domain that ROLL gives to a row whose tag belongs to none."""


class Sample(NamedTuple):
    """Rows from the beginning of a file; `complete` where these are all."""

    rows: tuple[dict[str, Any], ...]
    complete: bool


def sample(name: str) -> Sample | None:
    """The first rows of a file of JSON lines; None for other kinds, and for what does not lie below the folder."""
    path = _below(name)
    try:
        if path is None or path.suffix not in (".jsonl", ".json"):
            return None
        state = files.state(path)
        return _read(path, state) if state is not None else None
    except OSError:
        return None


def domain_of(row: dict[str, Any], domains: dict[str, str]) -> str:
    """The domain of a row: its own where it tells one, else that of its tag."""
    told = row.get("domain")
    return str(told) if told is not None else domains.get(str(row.get("tag")), DEFAULT_DOMAIN)


def is_absent(name: str) -> bool:
    """Whether a file is not there though the folder that it should be in is."""
    path = _below(name)
    try:
        return (
            path is not None
            and path.parent != files.resolve(Path.cwd())
            and files.is_dir(path.parent)
            and not files.exists(path)
        )
    except OSError:
        return False


def beside(name: str) -> list[str]:
    """Names of the files in the folder that a file should be in, written like it."""
    path = _below(name)
    folder = name.rpartition("/")[0]
    try:
        found = files.names(path.parent)[:1000] if path is not None else []
        return [f"{folder}/{name}" for name in found if path is not None and files.is_file(path.parent / name)]
    except OSError:
        return []


def _below(name: str) -> Path | None:
    """Where a relative path leads; None where that is outside of the working folder."""
    try:
        here = files.resolve(Path.cwd())
        path = files.resolve(here / name)
        return path if not Path(name).is_absolute() and path.is_relative_to(here) else None
    except (OSError, ValueError, RuntimeError):
        return None


@cache
def _read(path: Path, state: tuple[int, ...]) -> Sample | None:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError:
        return None
    lines = text[:MAX_BYTES].split(b"\n")
    if len(text) > MAX_BYTES:
        lines.pop()  # the last may be cut in two
    filled = [line for line in lines if line.strip()]
    try:
        rows = [json.loads(line) for line in filled[:MAX_ROWS]]
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(row, dict) for row in rows):
        return None
    return Sample(tuple(rows), len(text) <= MAX_BYTES and len(filled) <= MAX_ROWS)
