"""Offsets in texts to places as the protocol counts them: lines from 0, columns in the units that the client chose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import PositionCodec

from roll_schema.source.text import Source, Span


class Places:
    """Places for one client, which counts in UTF-16 unless it asked for something else."""

    def __init__(self, codec: PositionCodec) -> None:
        self._codec = codec

    def position(self, source: Source, offset: int) -> types.Position:
        place = source.position(offset)
        before = source.line_text(place.line)[: place.column - 1]
        return types.Position(place.line - 1, self._codec.client_num_units(before))

    def range(self, span: Span) -> types.Range:
        return types.Range(self.position(span.source, span.start), self.position(span.source, span.end))

    def offset(self, source: Source, position: types.Position) -> int:
        """The offset of a place; one behind a line's end is taken as the end."""
        if position.line >= len(source.line_starts):
            return len(source.text)
        line = source.line_text(position.line + 1)
        units = 0
        for column, character in enumerate(line):
            if units >= position.character:
                return source.line_starts[position.line] + column
            units += self._codec.client_num_units(character)
        return source.line_starts[position.line] + len(line)

    def edited(self, text: str, changes: Sequence[types.TextDocumentContentChangeEvent]) -> str:
        """A text after a client's changes, each of which counts in the text that the one before left."""
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                source = Source("", text)
                start, end = (self.offset(source, place) for place in (change.range.start, change.range.end))
                text = text[:start] + change.text + text[end:]
            else:
                text = change.text
        return text

    def location(self, span: Span, uri: str, here: Source) -> types.Location:
        """The place of a span, which is in the document itself or in a file that it includes."""
        is_here = span.source.name == here.name
        return types.Location(uri if is_here else Path(span.source.name).absolute().as_uri(), self.range(span))


def path_of(uri: str) -> Path:
    """The file of an address; of a text that has none yet, a name in the working folder."""
    found = to_fs_path(uri) if uri.startswith("file:") else None
    return Path(found) if found else Path(uri.rpartition("/")[2].rpartition(":")[2] or "untitled.yaml")
