"""Places in a config: the keys and indices that lead from its root to a value.

As text, `a.b[0].c`, a place may be ambiguous, since a key may itself hold dots and brackets: `tree.way` tries both.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

Key: TypeAlias = str | int | float | bool | bytes | None
Path: TypeAlias = tuple[Key, ...]

_INDICES = re.compile(r"(?:\[(?:0|[1-9][0-9]*)\])+\Z")


@lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    """`a.b[0].c` to its steps; the root is the empty text."""
    steps: list[Key] = []
    for part in text.split(".") if text else ():
        found = _INDICES.search(part)
        name = part[: found.start()] if found else part
        if name or steps or not found:
            steps.append(name)
        if found:
            steps += map(int, found.group()[1:-1].split("]["))
    return tuple(steps)


def dotted(path: Path) -> str:
    """The steps as `a.b[0].c`."""
    text = ""
    for number, step in enumerate(path):
        text += f"[{step}]" if isinstance(step, int) else f".{step!s}" if number else str(step)
    return text


def join(path: str, key: Key) -> str:
    """`a.b` and `c` to `a.b.c`."""
    return f"{path}.{key!s}" if path else str(key)


def last_key(text: str) -> str:
    """The last key of `a.b[0]`, without the indices behind it: `b`."""
    return next((str(step) for step in reversed(parse(text)) if not isinstance(step, int)), "")
