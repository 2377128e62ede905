"""Where a part of a value is written."""

from __future__ import annotations

from roll_schema.source.text import Span
from roll_schema.source.tree import Node


def place_in(node: Node, start: int, end: int) -> Span:
    """The source range of `value[start:end]`, through quotes, escapes and folding."""
    raw, value = node.span.text, node.value
    base = node.span.start
    if raw == value:
        return node.span._replace(start=base + start, end=base + end)
    if raw[1:-1] == value:
        return node.span._replace(start=base + 1 + start, end=base + 1 + end)
    at, first, last = 0, base, node.span.end
    for index in range(min(end, len(value))):
        found = raw.find(value[index], at)
        if found < 0:
            if value[index].isspace():
                continue
            return node.span
        if index == start:
            first = base + found
        at = found + 1
        last = base + at
    return node.span._replace(start=first, end=last) if first < last else node.span
