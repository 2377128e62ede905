"""A ROLL checkout's config classes, read from its source text with `ast`; nothing in it is imported or run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from roll_schema.facts import types
from roll_schema.facts.types import Type

_PLACES = ("roll/configs/*.py", "roll/pipeline/**/*config*.py")
_MAX_FILES = 500
_MAX_BYTES = 1024 * 1024
_MAX_BASES = 20

Fields = dict[str, dict[str, Any]]


class InvalidCheckout(ValueError):
    """The folder is not a ROLL checkout, or cannot be read."""


@dataclass(slots=True)
class _Class:
    """A dataclass as it is written: `bases` by name, and its own fields."""

    name: str
    module: str
    bases: list[str]
    fields: Fields = field(default_factory=dict)


def classes_of(folder: Path) -> dict[str, Fields]:
    """The config classes of a checkout, each with all its fields; raises InvalidCheckout."""
    return _flattened(list(_classes(folder)))


def _classes(folder: Path) -> Iterator[_Class]:
    root = folder.resolve()
    paths = sorted({path for place in _PLACES for path in folder.glob(place)})
    if len(paths) > _MAX_FILES:
        raise InvalidCheckout(f"`{folder}` has more than {_MAX_FILES} files with config classes")
    for path in paths:
        try:
            if not path.resolve().is_relative_to(root):
                raise InvalidCheckout(f"`{path}` is outside the checkout")
            if not path.is_file() or path.stat().st_size > _MAX_BYTES:
                raise InvalidCheckout(f"`{path}` is larger than {_MAX_BYTES // 1024} KiB, or not a regular file")
            found = _read_file(path)
        except SyntaxError as error:
            raise InvalidCheckout(f"{path}:{error.lineno}: {error.msg}") from None
        except (OSError, ValueError, RecursionError, MemoryError) as error:
            if isinstance(error, InvalidCheckout):
                raise
            raise InvalidCheckout(f"`{path}` cannot be read: {error}") from None
        yield from found


def _read_file(path: Path) -> list[_Class]:
    """The dataclasses of a file; raises what reading, parsing and nesting too deep raise."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    aliases = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return [
        _read_class(node, path.stem, aliases)
        for node in classes
        if any("dataclass" in ast.unparse(mark) for mark in node.decorator_list)
    ]


def _read_class(node: ast.ClassDef, module: str, aliases: dict[str, ast.expr]) -> _Class:
    found = _Class(node.name, module, [ast.unparse(base).rpartition(".")[2] for base in node.bases])
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            kind = types.read(part.annotation, aliases)
            if kind.name != "ClassVar":
                found.fields[part.target.id] = _fact(kind, part.value)
    return found


def _fact(kind: Type, value: ast.expr | None) -> dict[str, Any]:
    fact: dict[str, Any] = {"type": str(kind), "default": None}
    if kind.choices:
        fact["choices"] = list(kind.choices)
    if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "field":
        given = {keyword.arg: keyword.value for keyword in value.keywords}
        value = given.get("default")
        factory = given.get("default_factory")
        if isinstance(factory, ast.Lambda):
            fact["default"] = _literal(factory.body)
        elif isinstance(factory, ast.Name):
            empty: dict[str, Any] = {"list": [], "dict": {}}
            if factory.id in empty:
                fact["default"] = empty[factory.id]
            else:
                del fact["default"]
                fact["section"] = factory.id
    if value is not None:
        fact["default"] = _literal(value)
    return fact


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


def _flattened(found: list[_Class]) -> dict[str, Fields]:
    """Fields with those inherited; a name that several modules use gets its module in front, as in the facts."""
    names = [item.name for item in found]
    flat = {}
    for item in found:
        fields: Fields = {}
        for owner in reversed(list(_lineage(item, found))):
            fields.update(owner.fields)
        ambiguous = names.count(item.name) > 1 or item.name == "RewardConfig"
        flat[f"{item.module}.{item.name}" if ambiguous else item.name] = fields
    return flat


def _lineage(item: _Class, found: list[_Class]) -> Iterator[_Class]:
    """The class and those it inherits from; a base of the same module goes before one of another."""
    pending: list[_Class] = [item]
    seen: set[int] = set()
    while pending and len(seen) < _MAX_BASES:
        here = pending.pop(0)
        if id(here) in seen:
            continue
        seen.add(id(here))
        yield here
        for base in here.bases:
            candidates = [other for other in found if other.name == base]
            beside = [other for other in candidates if other.module == here.module]
            pending.extend((beside or candidates)[:1])
