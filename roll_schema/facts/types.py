"""ROLL's type strings, such as `Optional[Union[List[str], str]]`, as values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

_GENERIC = {"list": "List", "dict": "Dict", "tuple": "Tuple", "set": "Set"}
_MAX_DEPTH = 20


class Type(NamedTuple):
    """A type: its `name` without the module, what stands in its brackets, and the `values` of a Literal."""

    name: str
    items: tuple[Type, ...] = ()
    values: tuple[Any, ...] = ()

    def __str__(self) -> str:
        inner = ", ".join([*map(str, self.items), *map(repr, self.values)])
        return f"{self.name}[{inner}]" if inner else self.name

    @property
    def kind(self) -> str:
        """The name in lower case: `list` and `List` are the same."""
        return self.name.lower()

    @property
    def alternatives(self) -> tuple[Type, ...]:
        """The members of a union, null last where it is optional; the type itself where it is no union."""
        if self.name not in ("Optional", "Union") or not self.items:
            return (self,)
        members = tuple(member for item in self.items for member in item.alternatives)
        return (*members, NOTHING) if self.name == "Optional" else members

    @property
    def required(self) -> Type:
        """What an optional type asks for besides null."""
        return self.items[0] if self.name == "Optional" and self.items else self

    @property
    def nullable(self) -> bool:
        """Whether null may stand besides what the type names."""
        return NOTHING in self.alternatives

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values of the first Literal in the type."""
        return next((part.values for part in self.parts() if part.values), ())

    def parts(self) -> Iterator[Type]:
        """The type and all that stands in its brackets."""
        yield self
        for item in self.items:
            yield from item.parts()


ANY, NOTHING = Type("Any"), Type("None")


@cache
def parse(text: str) -> Type:
    """A type as Python writes it; `Any` for what is not understood."""
    try:
        return read(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ANY


def read(node: ast.expr, aliases: dict[str, ast.expr] | None = None, depth: int = 0) -> Type:
    """The type of an annotation, with what the module's `aliases` stand for; `Any` for what is no type."""

    def below(inner: ast.expr) -> Type:
        return read(inner, aliases, depth + 1)

    if depth > _MAX_DEPTH:
        return ANY
    match node:
        case ast.Constant(value=None):
            return NOTHING
        case ast.Constant(value=str(text)):
            try:
                return below(ast.parse(text, mode="eval").body)
            except (SyntaxError, ValueError, RecursionError):
                return ANY
        case ast.BinOp(op=ast.BitOr()):
            members = [*below(node.left).alternatives, *below(node.right).alternatives]
            named = tuple(member for member in members if member != NOTHING)
            whole = named[0] if len(named) == 1 else Type("Union", named)
            return Type("Optional", (whole,)) if len(named) < len(members) else whole
        case ast.Subscript(value=ast.Name() | ast.Attribute()):
            items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            outer = read(node.value).name
            if outer == "Literal":
                return _literal(items)
            return Type(_GENERIC.get(outer, outer), tuple(map(below, items)))
        case ast.Name():
            alias = (aliases or {}).get(node.id)
            return below(alias) if isinstance(alias, ast.Subscript) else Type(node.id)
        case ast.Attribute():
            return Type(node.attr)
    return ANY


def _literal(items: list[ast.expr]) -> Type:
    try:
        return Type("Literal", (), tuple(map(ast.literal_eval, items)))
    except (ValueError, TypeError):
        return ANY
