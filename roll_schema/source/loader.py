"""ruamel.yaml as PyYAML reads: its pure parser, and libyaml, ten times as fast, where the two read a text alike.

OmegaConf, and so ROLL, reads a config with PyYAML: what PyYAML refuses is refused here. `tests/differential.py`
compares the events, marks and values of both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.main import CParser  # type: ignore[attr-defined]
from ruamel.yaml.reader import Reader, ReaderError
from ruamel.yaml.scanner import Scanner, ScannerError
from ruamel.yaml.tokens import ScalarToken

Parser = Callable[[str], Iterator[Any]]
"""Gives the events of a text; raises ruamel.yaml's YAMLError."""

_DISPUTED = re.compile(r"[?\ufeff]|[|>][-+0-9]*[#\t]")
"""What libyaml reads otherwise: `?` between brackets, byte order marks inside of a text, what follows `|` and `>`."""

_NAME = re.compile(r"[0-9A-Za-z_-]+")
_BLANKS = "\0 \t\r\n\x85\u2028\u2029"
_BEHIND_A_NAME = _BLANKS + "?:,]}%@`"


class _Reader(Reader):
    """Counts lines as YAML 1.1 does, and takes a byte order mark for a letter: that of the file is gone already."""

    forward = Reader.forward_1_1

    def reset_reader(self) -> None:
        super().reset_reader()
        self.index = 1  # a mark is looked for at 0

    def get_mark(self) -> Any:
        mark = super().get_mark()
        mark.index -= 1
        return mark

    def check_printable(self, data: Any) -> None:
        try:
            super().check_printable(data)
        except ReaderError as error:
            error.position -= 1
            raise


class _Scanner(Scanner):
    """Reads YAML 1.1, whatever a directive says, and ends anchors and plain scalars where PyYAML ends them."""

    scanner_processing_version = (1, 1)

    def scan_anchor(self, TokenClass: Any) -> Any:
        start = self.reader.get_mark()
        self.reader.forward()
        length = 0
        while _NAME.fullmatch(self.reader.peek(length)):
            length += 1
        name, behind = self.reader.prefix(length), self.reader.peek(length)
        self.reader.forward(length)
        if not name or behind not in _BEHIND_A_NAME:
            problem = f"expected a letter, a digit, `-` or `_`, found {behind!r}"
            raise ScannerError("while scanning an anchor or alias", start, problem, self.reader.get_mark())
        return TokenClass(name, start, self.reader.get_mark())

    def scan_plain(self) -> Any:
        start = end = self.reader.get_mark()
        indent = self.indent + 1
        chunks: list[str] = []
        spaces: list[str] = []
        while length := self._plain_length():
            self.allow_simple_key = False
            chunks += [*spaces, self.reader.prefix(length)]
            self.reader.forward(length)
            end = self.reader.get_mark()
            spaces = self.scan_plain_spaces(indent, start)
            if not spaces or (not self.flow_level and self.reader.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def _plain_length(self) -> int:
        """How many characters of a plain scalar follow up to a blank."""
        behind_a_colon, ends = _BLANKS, _BLANKS
        if self.flow_level:
            behind_a_colon, ends = _BLANKS + ",[]{}", _BLANKS + ",?[]{}"
        peek = self.reader.peek
        length = 0
        while peek(length) not in ends and not (peek(length) == ":" and peek(length + 1) in behind_a_colon):
            length += 1
        return length if peek() != "#" else 0

    def scan_flow_scalar_non_spaces(self, double: Any, start_mark: Any) -> Any:
        try:
            return super().scan_flow_scalar_non_spaces(double, start_mark)
        except (ValueError, OverflowError):  # of chr, and PyYAML does not catch it either
            problem = "found an escape of a character that Unicode does not have"
            raise ScannerError("while scanning a quoted scalar", start_mark, problem, self.reader.get_mark()) from None


def pure(text: str) -> Iterator[Any]:
    """The events of the parser in Python."""
    parser = YAML(typ="safe", pure=True)
    parser.Reader, parser.Scanner = _Reader, _Scanner
    parser.top_level_block_style_scalar_no_indent_error_1_1 = True
    events: Iterator[Any] = parser.parse(text)
    return events


def _libyaml(text: str) -> Iterator[Any]:
    events: Iterator[Any] = YAML(typ="safe").parse(text)
    return events


fast: Parser | None = _libyaml if CParser is not None else None
"""The events of libyaml, where it is installed."""


def parsers(text: str) -> list[Parser]:
    """Those to ask for a text, in order: what the fast one refuses, the pure one may still read."""
    return [pure] if fast is None or _DISPUTED.search(text) else [fast, pure]
