"""What a rule proposes to do to a config, and the edits on its text that this takes.

A change is safe where the text it touches stands in the config itself and has no other use: not in a fragment, in what
stands behind a `${...}` or an alias, or in an override. A value behind a `${...}` is wrong wherever it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from roll_schema.source import editing, tree
from roll_schema.source.diagnostic import Edit
from roll_schema.source.path import Path, parse
from roll_schema.source.text import YAML_LINE_ENDS, line_end, yaml_line_end, yaml_line_start, yaml_lines
from roll_schema.source.tree import Node


class Rename(NamedTuple):
    """Another name for the key."""

    to: str


class Write(NamedTuple):
    """Another value, as YAML text for one line."""

    text: str


class Add(NamedTuple):
    """The missing key, or one beside it called `key`, with its value as YAML text for one line."""

    text: str
    key: str = ""


class Drop(NamedTuple):
    """A list without this item."""


class Move(NamedTuple):
    """The key with its value into another section, by that one's dotted path."""

    to: str


Change = Rename | Write | Add | Drop | Move
_Made = Callable[[str, str], str]
"""Makes a text from the indentation and the line end that hold at its place."""


def edits(change: Change, root: Node, path: str, primary_file: str) -> tuple[Edit, ...]:
    """The edits that a change of the field at a path takes; none where it cannot be made by machine."""
    way = _way(root, parse(path))
    match change:
        case Add(text, beside):
            *above, key = parse(path)
            parents = _way(root, tuple(above))
            added = _added(parents[-1], beside or str(key), text) if parents else None
            return _judged(added, parents, primary_file)
        case Drop():
            dropped = editing.remove_item(way[-2], way[-1]) if len(way) > 1 else None
            return _judged([dropped] if dropped else None, way, primary_file)
        case Rename(to):
            renamed = _renamed(way[-2], way[-1], to) if len(way) > 1 else None
            return _judged(renamed, way[:-1], primary_file)
        case Write(text):
            # Neither over several lines, nor in place of an expression, which may come to another value elsewhere.
            fits = bool(way) and not any(mark in way[-1].span.text for mark in (*YAML_LINE_ENDS, "${"))
            written = [Edit(way[-1].span, text, safe=True)] if fits else None
            return _judged(written, way, primary_file, unless=("aliased",))
        case Move(to):
            target = _way(root, parse(to))
            moved = _moved(way[-2], way[-1], target[-1]) if len(way) > 1 and target else None
            return _judged(moved, [*way[:-1], *target], primary_file)


def _judged(
    made: list[Edit] | None,
    touched: list[Node],
    primary_file: str,
    unless: tuple[str, ...] = ("interpolated", "aliased"),
) -> tuple[Edit, ...]:
    """The edits with whether they are safe, which they are not where what they touch came by certain ways."""
    if made is None:
        return ()
    elsewhere = any(edit.span.source.name != primary_file for edit in made)
    reused = any(hop.kind in unless for node in touched for hop in node.hops)
    return tuple(edit._replace(safe=not elsewhere and not reused) for edit in made)


def _way(root: Node, path: Path) -> list[Node]:
    """The nodes from the root to a path; empty where it leads nowhere."""
    nodes, whole = tree.way(root, path)
    return nodes if whole else []


def _renamed(parent: Node, node: Node, name: str) -> list[Edit] | None:
    twin = parent.value.get(name) if isinstance(parent.value, dict) else None
    # What a fragment says under that name is what the key was meant to replace.
    if node.key_span is None or (twin and twin.key_span and twin.key_span.source is node.key_span.source):
        return None
    return [editing.rename_key(node, name)]


def _added(parent: Node, key: str, text: str) -> list[Edit] | None:
    """A line before the section's first key; between braces, a pair behind the last one."""
    if not isinstance(parent.value, dict) or not parent.value or key in parent.value:
        return None
    children = list(parent.value.values())
    first, last = children[0], children[-1]
    if any(child.key_span is None or child.key_span.source is not parent.span.source for child in children):
        return None
    if editing.is_flow(parent):
        end = max(last.span.end, last.key_span.end) if last.key_span else last.span.end
        return [Edit(parent.span.source.span(end, end), f", {key}: {text}", safe=True)]
    return _before(first, lambda indent, ending: f"{indent}{key}: {text}{ending}")


def _moved(parent: Node, node: Node, target: Node) -> list[Edit] | None:
    """Gone here, and there before the first key, with the indentation that holds there."""
    if node.key_span is None or not isinstance(target.value, dict) or not target.value:
        return None
    name, source = node.key_span.text, node.key_span.source
    first = next(iter(target.value.values()))
    lines = editing.lines_of(parent, node)
    if lines is None or name in target.value or editing.is_flow(target) or len(parent.value) == 1:
        return None
    if first.key_span is None or first.key_span.source is not source or lines.start <= first.key_span.start < lines.end:
        return None
    own = node.key_span.start - lines.start

    def shifted(indent: str, ending: str) -> str:
        text = lines.text if lines.text.endswith(tuple(YAML_LINE_ENDS)) else lines.text + ending
        return "".join(indent + line[own:] if line.strip() else line for line in yaml_lines(text))

    put = _before(first, shifted)
    return [Edit(lines, "", safe=True), *put] if put else None


def _before(first: Node, made: _Made) -> list[Edit] | None:
    """Text in front of the line of a block's first key; None where something else stands before it."""
    assert first.key_span is not None
    source, at = first.key_span.source, first.key_span.start
    start = yaml_line_start(source.text, at)
    indent = source.text[start:at]
    if indent.strip(" "):
        return None
    end, below = yaml_line_end(source.text, at)
    ending = source.text[end:below] or line_end(source.text)
    return [Edit(source.span(start, start), made(indent, ending), safe=True)]
