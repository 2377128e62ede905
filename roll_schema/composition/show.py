"""The composed config as YAML, each value with the place it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from roll_schema.source.redact import secret_values, without
from roll_schema.source.secrets import MASK, is_secret_key, printable
from roll_schema.source.tree import UNKNOWN, Node

_COLUMN = 48


def show(root: Node) -> Iterator[str]:
    """Lines of YAML with a comment `# file:line` behind every value."""
    values = secret_values(root)
    yield from (without(line, values) for line in _mapping(root, 0))


def _mapping(node: Node, depth: int, *, secret: bool = False) -> Iterator[str]:
    for key, child in node.value.items():
        shown = printable(str(key)) if isinstance(key, str) and key.isidentifier() else json.dumps(str(key))
        yield from _entry(f"{'  ' * depth}{shown}:", child, depth, secret=secret or is_secret_key(key))


def _entry(head: str, node: Node, depth: int, *, secret: bool = False) -> Iterator[str]:
    if isinstance(node.value, dict) and node.value:
        yield head
        yield from _mapping(node, depth + 1, secret=secret)
    elif isinstance(node.value, list) and node.value:
        yield head
        for item in node.value:
            yield from _entry(f"{'  ' * (depth + 1)}-", item, depth + 1, secret=secret)
    else:
        hidden = secret and node.value is not None and not (isinstance(node.value, str) and "${" in node.value)
        text = f"{head} {MASK if hidden else _scalar(node.value)}"
        first = node.span.first
        origin = f"{printable(node.span.source.name)}:{first.line}"
        yield f"{text:<{_COLUMN}}  # {origin}"


def _scalar(value: Any) -> str:
    if value is UNKNOWN:
        return "<unknown>"
    if value is None or isinstance(value, (bool, int, str, dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(str(value), repr(value))
    return json.dumps(str(value))
