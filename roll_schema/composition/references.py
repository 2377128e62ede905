"""Every `${a.b}` of a config with the value that it leads to, for going there and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from roll_schema.composition import grammar
from roll_schema.composition.grammar import Call, Element, Interpolation, Joined, Malformed
from roll_schema.composition.interpolate import place_in
from roll_schema.source.text import Span
from roll_schema.source.tree import Node

Steps = tuple[str, ...]
"""Keys from the root; the index of a list's item is a key like `0`."""


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


def find(root: Node | None, steps: Steps) -> Node | None:
    """The node that keys lead to, or None."""
    for step in steps:
        value = root.value if root is not None else None
        if isinstance(value, dict):
            root = value.get(step, next((child for key, child in value.items() if str(key) == step), None))
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            root = value[int(step)]
        else:
            return None
    return root


def _of(part: Interpolation, node: Node, steps: Steps) -> Iterator[Reference]:
    if isinstance(part, Call):
        for argument in part.arguments:
            yield from _in_argument(argument, node, steps)
        return
    keys = [key for key in part.keys if isinstance(key, str)]
    for key in part.keys:
        if not isinstance(key, str):
            yield from _of(key, node, steps)
    if len(keys) == len(part.keys) and part.dots <= len(steps):
        base = steps[: len(steps) - part.dots] if part.dots else ()
        yield Reference(place_in(node, part.start, part.end), (*base, *keys))


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
