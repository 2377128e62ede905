"""What an editor offers to do about a problem: the fix, a comment that silences it, and all safe fixes at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from roll_schema.rewriting import silence
from roll_schema.rewriting.repair import repair
from roll_schema.server.document import Document
from roll_schema.source.diagnostic import Diagnostic, Edit
from roll_schema.source.secrets import clean
from roll_schema.source.text import Source, lines

_MOST_SILENCED = 10


@dataclass(frozen=True, slots=True)
class Action:
    """Edits with a title; `about` is the problem that they answer, `safe` when they are certain to be meant."""

    title: str
    edits: tuple[Edit, ...]
    about: Diagnostic
    safe: bool = False
    is_fix: bool = True


def actions(document: Document, start: int, end: int) -> Iterator[Action]:
    """What can be done about the problems in a range."""
    for number, item in enumerate(_within(document, start, end)):
        own = all(edit.span.source is document.source for edit in item.edits)
        if item.edits and own:
            safe = all(edit.safe for edit in item.edits)
            yield Action(_title(item), item.edits, item, safe=safe)
        # Whether a comment can stand there takes reading the text again.
        text, answered = silence.add(document.source, [item]) if number < _MOST_SILENCED else ("", [])
        if answered:
            edits = tuple(edits_to(document.source, text))
            yield Action(f"Ignore {item.rule} here", edits, item, is_fix=False)


def _within(document: Document, start: int, end: int) -> Iterator[Diagnostic]:
    for item in document.diagnostics:
        if item.span.source is document.source and item.span.start <= end and start <= item.span.end:
            yield item


def _title(item: Diagnostic) -> str:
    """A fix in a few words: what is written, or the advice where that takes more than one edit."""
    before, after = item.edits[0].span.text.strip(), item.edits[0].text.strip()
    if len(item.edits) > 1 or len(lines(before + after)) > 1 or len(before + after) > 80:
        return clean(item.help) or f"Fix {item.rule}"
    if not after:
        return f"Delete `{clean(before)}`"
    return f"Write `{clean(after)}`"


def fix_all(document: Document) -> tuple[Edit, ...]:
    """The edits of all safe fixes, made one after the other."""
    if not document.is_config:
        return ()
    made = repair(document.path, document.source, document.asked)
    return tuple(edits_to(document.source, made.text))


def edits_to(source: Source, text: str) -> Iterator[Edit]:
    """The edits, line by line, that make another text of this one."""
    before, after = lines(source.text), lines(text)
    offsets = [0]
    for line in before:
        offsets.append(offsets[-1] + len(line))
    for kind, first, last, new_first, new_last in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if kind != "equal":
            span = source.span(offsets[first], offsets[last])
            yield Edit(span, "".join(after[new_first:new_last]), safe=True)
