"""Places as editors count them, and edits at these places, beside an editor of a few lines that counts for itself."""

from __future__ import annotations

import re

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from lsprotocol import types
from pygls.workspace import PositionCodec

from roll_schema.server.places import Places, path_of
from roll_schema.source.text import Source

TEXT = st.text("ab: 😀é\u2028\x85\x0b\n\r", max_size=12)
PLACES = Places(PositionCodec())


class Typing(RuleBasedStateMachine):
    """An editor keeps UTF-16 units, as most do, and tells the server of each change."""

    @initialize(text=TEXT)
    def open(self, text: str) -> None:
        self.units, self.text = text.encode("utf-16-le"), text

    def position(self, offset: int) -> types.Position:
        """The place before a character; a cursor stands before or behind both characters of a line's end."""
        text = self.units.decode("utf-16-le")
        before = text[: offset - 1] if text[offset - 1 : offset + 1] == "\r\n" else text[:offset]
        lines = re.split(r"\r\n|\n|\r", before)
        return types.Position(len(lines) - 1, len(lines[-1].encode("utf-16-le")) // 2)

    def unit(self, place: types.Position) -> int:
        starts = [0, *(found.end() for found in re.finditer(r"\r\n|\n|\r", self.units.decode("utf-16-le")))]
        text = self.units.decode("utf-16-le")
        return len(text[: starts[place.line]].encode("utf-16-le")) // 2 + place.character

    @rule(data=st.data(), new=TEXT)
    def replace(self, data: st.DataObject, new: str) -> None:
        most = len(self.units.decode("utf-16-le"))
        bounds = [self.position(data.draw(st.integers(0, most))) for _ in range(2)]
        start, end = sorted(bounds, key=lambda place: (place.line, place.character))
        change = types.TextDocumentContentChangePartial(types.Range(start, end), new)
        first, last = self.unit(start), self.unit(end)
        self.units = self.units[: 2 * first] + new.encode("utf-16-le") + self.units[2 * last :]
        self.text = PLACES.edited(self.text, [change])

    @rule(new=TEXT)
    def replace_all(self, new: str) -> None:
        self.units = new.encode("utf-16-le")
        self.text = PLACES.edited(self.text, [types.TextDocumentContentChangeWholeDocument(new)])

    @invariant()
    def same_text(self) -> None:
        assert self.text == self.units.decode("utf-16-le")

    @invariant()
    def places_go_there_and_back(self) -> None:
        source = Source("c", self.text)
        for offset in range(len(self.text) + 1):
            if self.text[offset - 1 : offset + 1] != "\r\n":
                assert PLACES.offset(source, PLACES.position(source, offset)) == offset


TestTyping = Typing.TestCase


def test_a_place_behind_the_end_is_the_end() -> None:
    source = Source("c", "a\nbc")
    assert PLACES.offset(source, types.Position(1, 99)) == 4
    assert PLACES.offset(source, types.Position(9, 0)) == 4


def test_addresses() -> None:
    assert path_of("file:///a%20b/c.yaml").as_posix() == "/a b/c.yaml"
    assert path_of("untitled:Untitled-1").as_posix() == "Untitled-1"
