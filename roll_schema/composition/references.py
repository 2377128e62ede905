"""Every `${a.b}` of a config with the value that it leads to, for going there and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from roll_schema.composition import grammar
from roll_schema.composition.grammar import Call, Element, Interpolation, Joined, Malformed
from roll_schema.composition.place import place_in
from roll_schema.source.text import Span
from roll_schema.source.tree import Node

Steps = tuple[str, ...]
"""A path as references name it: the index of a list's item is a key like `0`."""


class Reference(NamedTuple):
    """A `${...}` in the text, and the value that it names."""

    span: Span
    target: Steps


def references(root: Node) -> Iterator[Reference]:
    """The references of a composed tree, of all its files; those whose keys are themselves computed are left out."""
    for steps, node in nodes(root):
        if isinstance(node.value, str) and "${" in node.value:
            try:
                parts = grammar.parse_text(node.value)
            except Malformed:
                continue
            for part in parts:
                if not isinstance(part, str):
                    yield from _of(part, node, steps)


def nodes(root: Node, steps: Steps = ()) -> Iterator[tuple[Steps, Node]]:
    """Every node with the keys that lead to it, parents first."""
    yield steps, root
    if isinstance(root.value, dict):
        for key, child in root.value.items():
            yield from nodes(child, (*steps, str(key)))
    elif isinstance(root.value, list):
        for index, child in enumerate(root.value):
            yield from nodes(child, (*steps, str(index)))


def _of(part: Interpolation, node: Node, steps: Steps) -> Iterator[Reference]:
    if isinstance(part, Call):
        for argument in part.arguments:
            yield from _in_argument(argument, node, steps)
        return
    for key in part.keys:
        if not isinstance(key, str):
            yield from _of(key, node, steps)
    if part.path is not None and part.dots <= len(steps):
        base = steps[: len(steps) - part.dots] if part.dots else ()
        yield Reference(place_in(node, part.start, part.end), (*base, *part.path))


def _in_argument(element: Element, node: Node, steps: Steps) -> Iterator[Reference]:
    match element:
        case Joined():
            for part in element.parts:
                if not isinstance(part, str):
                    yield from _of(part, node, steps)
        case grammar.Sequence():
            for item in element.items:
                yield from _in_argument(item, node, steps)
        case grammar.Mapping():
            for _, item in element.items:
                yield from _in_argument(item, node, steps)
