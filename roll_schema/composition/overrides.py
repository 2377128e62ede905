"""Command-line overrides as Hydra 1.3 reads them: `a.b=v`, `+a.b=v`, `++a.b=v`, `~a.b`, `group=option`."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from roll_schema.composition import grammar
from roll_schema.composition.grammar import Malformed
from roll_schema.source.diagnostic import Fault
from roll_schema.source.scalars import shown
from roll_schema.source.text import Source, Span
from roll_schema.source.tree import Node

OVERRIDE_FILE = "<override>"

_KEY = re.compile(r"(?P<group>[\w$\-./]*)(?:@(?P<package>[\w$\-.]*))?")
_CASTS = {"int": int, "float": float, "str": str, "bool": bool}


class Override(NamedTuple):
    """One argument; `sign` is `""`, `+`, `++` or `~`, `value` is None for a bare `~key`."""

    sign: str
    key: str
    package: str | None
    value: Node | None
    span: Span
    key_span: Span


def parse(arguments: list[str]) -> tuple[list[Override], list[Fault]]:
    """The overrides, and a fault at its place for each argument that Hydra would refuse."""
    overrides, faults = [], []
    for number, argument in enumerate(arguments):
        source = Source(OVERRIDE_FILE, argument, line_offset=number)
        try:
            overrides.append(_parse(source))
        except Malformed as error:
            end = max(error.end, error.start + 1)
            help = error.help or "put the value in quotes: `'key=\"value\"'`"
            faults.append(Fault("invalid-override", str(error), source.span(error.start, end), help, blocking=True))
    return overrides, faults


def _parse(source: Source) -> Override:
    text = source.text
    sign = next((sign for sign in ("++", "+", "~") if text.startswith(sign)), "")
    match = _KEY.match(text, len(sign))
    assert match is not None
    at = match.end()
    key_span = source.span(len(sign), at)
    if at < len(text) and text[at] != "=":
        raise Malformed(f"expected `=`, found `{text[at]}`", at, at + 1, "write `key=value`")
    value: Node | None = None
    if at < len(text):
        begin = at + 1 + len(text[at + 1 :]) - len(text[at + 1 :].lstrip(" \t"))
        if begin == len(text):
            value = Node("", source.span(at + 1, len(text)))
        else:
            value = _value(source, begin)
    elif sign != "~":
        raise Malformed("missing `=` and value", at, at, f"write `{text}=value`")
    if value is not None:
        value.key_span = key_span
    return Override(sign, match["group"], match["package"], value, source.span(0, len(text)), key_span)


def _value(source: Source, begin: int) -> Node:
    elements = grammar.parse_override_value(source.text, begin)
    if len(elements) > 1:
        end = len(source.text)
        help = f"write a list: `[{source.text[begin:]}]`"
        raise Malformed(f"expected one value, found {len(elements)} separated by commas", begin, end, help)
    return _node(source, elements[0])


def _node(source: Source, element: grammar.Element) -> Node:
    span = source.span(element.start, element.end)
    match element:
        case grammar.Literal():
            return Node(element.value, span)
        case grammar.Sequence():
            return Node([_node(source, item) for item in element.items], span)
        case grammar.Mapping():
            pairs: dict[Any, Node] = {}
            for key, item in element.items:
                child = _node(source, item)
                child.key_span = source.span(key.start, key.end)
                pairs[key.value] = child
            return Node(pairs, span)
        case grammar.Function():
            return _cast(source, element, span)
    raise Malformed(f"invalid value `{span.text}`", element.start, element.end)


def _cast(source: Source, function: grammar.Function, span: Span) -> Node:
    cast = _CASTS.get(function.name)
    if cast is None:
        message = f"invalid function `{function.name}()`: expected `int()`, `float()`, `str()` or `bool()`"
        raise Malformed(message, function.start, function.end, "write the value itself")
    if len(function.arguments) != 1:
        message = f"`{function.name}()` takes one argument, found {len(function.arguments)}"
        raise Malformed(message, function.start, function.end, "write the value itself")
    value = _node(source, function.arguments[0]).value
    try:
        if cast is bool and isinstance(value, str):
            return Node({"true": True, "false": False}[value.lower()], span)
        if cast is str and isinstance(value, bool):
            return Node(str(value).lower(), span)
        return Node(cast(value), span)
    except (ValueError, TypeError, KeyError):
        message = f"`{function.name}()` cannot convert `{shown(value)}`"
        raise Malformed(message, function.start, function.end, "write the value itself") from None
