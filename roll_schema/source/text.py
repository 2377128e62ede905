"""Source text and places in it: offsets inside, lines and columns (1-based, in code points) outside."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from roll_schema.source import files

_LINE_END = re.compile(r"\r\n|\n|\r")
YAML_LINE_ENDS = "\n\r\x85\u2028\u2029"
"""What ends a line to YAML; editors, and so all positions, count the first two alone."""
_YAML_LINE_END = re.compile(f"\r\n|[{YAML_LINE_ENDS}]")


class Position(NamedTuple):
    line: int
    column: int


@dataclass(slots=True, eq=False, repr=False)
class Source:
    """A text with the name that reports give it; `line_offset` is its first line's number less one.

    `secrets` are values that must not be shown of it, once they are known.
    """

    name: str
    text: str
    line_offset: int = 0
    secrets: frozenset[str] = frozenset()
    _starts: array[int] | None = None

    @property
    def line_starts(self) -> array[int]:
        """Offsets at which lines begin."""
        if self._starts is None:
            self._starts = array("I", [0, *(match.end() for match in _LINE_END.finditer(self.text))])
        return self._starts

    def position(self, offset: int) -> Position:
        """Line and column of an offset; an offset past the end is taken as the end."""
        offset = max(0, min(offset, len(self.text)))
        index = bisect_right(self.line_starts, offset) - 1
        return Position(index + 1 + self.line_offset, offset - self.line_starts[index] + 1)

    def line_text(self, line: int) -> str:
        """The text of a line without its line end; empty for a line that is not there."""
        index = line - 1 - self.line_offset
        if not 0 <= index < len(self.line_starts):
            return ""
        end = self.line_starts[index + 1] if index + 1 < len(self.line_starts) else len(self.text)
        return self.text[self.line_starts[index] : end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        return Span(self, start, end)


class Span(NamedTuple):
    """A half-open range of a source's text."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def first(self) -> Position:
        return self.source.position(self.start)

    @property
    def last(self) -> Position:
        """The position after the last character."""
        return self.source.position(self.end)


def lines(text: str) -> list[str]:
    """The lines as editors count them, with their ends."""
    return _split(text, _LINE_END)


def yaml_lines(text: str) -> list[str]:
    """The lines as YAML counts them, with their ends."""
    return _split(text, _YAML_LINE_END)


def _split(text: str, line_end: re.Pattern[str]) -> list[str]:
    starts = [0, *(match.end() for match in line_end.finditer(text))]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True) if start < end]


def yaml_line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins to YAML."""
    return max(text.rfind(mark, 0, offset) for mark in YAML_LINE_ENDS) + 1


def yaml_line_end(text: str, offset: int) -> tuple[int, int]:
    """Where the line of an offset ends to YAML: before and behind its line end."""
    found = _YAML_LINE_END.search(text, offset)
    return found.span() if found else (len(text), len(text))


def line_end(text: str) -> str:
    """The line end that a text has; that of Unix where it has none."""
    found = _LINE_END.search(text)
    return found.group() if found else "\n"


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that resembles another most, for a "did you mean"; None when none comes near."""
    known = list(known)
    folded = {name.lower(): name for name in known}
    if word.lower() in folded:
        return folded[word.lower()]
    import difflib  # only who errs pays for it

    likely = [name for name in known if _may_resemble(word, name, cutoff)]
    found = difflib.get_close_matches(word, likely, n=1, cutoff=cutoff)
    return found[0] if found else None


def _may_resemble(word: str, other: str, cutoff: float) -> bool:
    """Whether two words can come to that ratio of difflib's, by their lengths and the letters that only one has."""
    mine, others = _letters(word), _letters(other)
    most = min(len(word) - (mine & ~others).bit_count(), len(other) - (others & ~mine).bit_count())
    return 2 * most >= cutoff * (len(word) + len(other))


@lru_cache(maxsize=10_000)
def _letters(word: str) -> int:
    """The letters of a word as bits; some share one."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) & 63)
    return bits


def one_of(word: str, known: Iterable[str]) -> str:
    """The fix for a word that is none of a few known ones."""
    close = closest(word, known)
    return f"Did you mean `{close}`?" if close else f"Write one of {', '.join(f'`{name}`' for name in known)}."


def listed(names: Sequence[str]) -> str:
    """The first names as code, and how many more there are."""
    shown = ", ".join(f"`{name}`" for name in names[:_LISTED])
    return f"{shown} and {len(names) - _LISTED} more" if len(names) > _LISTED else shown


_LISTED = 8

MAX_BYTES = 10 * 1024 * 1024
"""Size of a file beyond which it is no config."""


def read(path: Path, name: str | None = None) -> Source:
    """Read a file; bytes that are no UTF-8 become lone surrogates. Raises OSError, also for what is no regular file."""
    return decode(files.read(path, MAX_BYTES), name or str(path))


def decode(data: bytes, name: str) -> Source:
    """Bytes to a source, without the byte order mark that some editors put first."""
    return Source(name, data.decode("utf-8", "surrogateescape").removeprefix("\ufeff"))
