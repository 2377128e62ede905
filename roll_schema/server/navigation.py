"""From a `${...}` to what it names and back, into fragments, and the outline of a config."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from roll_schema.composition.references import Steps, references
from roll_schema.server.document import Document
from roll_schema.server.values import reference_at
from roll_schema.source.text import Span
from roll_schema.source.tree import Node, lookup


def definitions(document: Document, offset: int) -> list[Span]:
    """Where what stands at an offset is written: a variable, a fragment, or what a fragment says of the same key."""
    reference = reference_at(document, offset)
    if reference is not None:
        node = document.composed(reference.target) or document.resolved(reference.target)
        return [node.key_span or node.span] if node is not None else []
    fragments = [
        source.span(0, 0)
        for source, entry in document.whole.includes.items()
        if entry.source.name == document.source.name and entry.start <= offset <= entry.end
    ]
    if fragments:
        return fragments
    found = document.at(offset)
    here = document.composed(found[0]) if found is not None else None
    return [hop.span for hop in here.hops if hop.kind == "replaced"] if here is not None else []


def uses(document: Document, offset: int, *, declaration: bool) -> list[Span]:
    """Every `${...}` that leads to what stands at an offset, or to something below it."""
    reference = reference_at(document, offset)
    found = document.at(offset)
    root = document.whole.composed
    if root is None or (reference is None and found is None):
        return []
    target: Steps = reference.target if reference is not None else found[0] if found is not None else ()
    spans = [one.span for one in references(root) if one.target[: len(target)] == target]
    node = lookup(root, target)
    if declaration and node is not None and node.key_span is not None:
        spans.insert(0, node.key_span)
    return list(dict.fromkeys(spans))


@dataclass(frozen=True, slots=True)
class Symbol:
    """A key of the outline: its name, its whole value and what is below it."""

    name: str
    span: Span
    name_span: Span
    is_mapping: bool
    below: list[Symbol] = field(default_factory=list)


def outline(document: Document) -> list[Symbol]:
    """The keys of a text."""
    return list(_symbols(document, document.own)) if document.own is not None else []


def _symbols(document: Document, node: Node) -> Iterator[Symbol]:
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            # What `<<` merges in stands elsewhere.
            if child.key_span is None or not node.span.start <= child.key_span.start <= node.span.end:
                continue
            end = max(child.key_span.end, child.span.end)
            span = document.source.span(child.key_span.start, end)
            below = list(_symbols(document, child))
            yield Symbol(str(key), span, child.key_span, isinstance(child.value, dict), below)
