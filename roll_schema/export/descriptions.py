"""What fields, choices and backends' settings mean, in words: for editors and for the manual.

The words on a field stand below it in its model, those on choices, examples and snippets in `releases/words.toml`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from roll_schema.facts import releases, toml, types
from roll_schema.facts.releases import Release
from roll_schema.facts.types import Type
from roll_schema.models.section import Section
from roll_schema.models.validation import facts_of
from roll_schema.source import scalars

_WORDS = Path(releases.__file__).parent / "words.toml"

_KINDS = {
    "int": "integer",
    "float": "number",
    "bool": "true or false",
    "str": "text",
    "bytes": "text",
    "dict": "mapping",
    "list": "list",
    "tuple": "list",
    "any": "anything",
}

REGISTRIES = {
    "template": ("templates",),
    "env_type": ("env_types",),
    "env_manager_cls": ("env_manager_classes",),
    "worker_cls": ("worker_classes", "reward_worker_classes"),
}
"""Fields whose values ROLL looks up in lists of its own, which a fork may have added to."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A block to insert as the value of a field, in a release that has these strategies."""

    field: str
    label: str
    body: dict[str, Any]
    strategies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """What is known about a field of a section in a release; `choices` with what they mean, where that is said."""

    name: str
    type: str
    text: str
    default: Any
    choices: dict[Any, str]
    examples: list[Any]
    unread: bool

    @property
    def title(self) -> str:
        """The name with the type in words."""
        return f"{self.name} ({'choice' if self.choices else type_in_words(self.type)})"

    def markdown(self, release: Release) -> str:
        """What the field does, its default, and whether the release reads it."""
        parts = [self.text]
        if self.default not in (None, ""):
            parts.append(f"Default: `{scalars.shown(self.default)}`")
        if self.unread and "Nothing in ROLL reads it" not in self.text:
            parts.append(f"Nothing in ROLL {release.name} reads it.")
        return "\n\n".join(filter(None, parts))


def fields(model: type[Section], release: Release) -> Iterator[Field]:
    """What a section of a release has, in the order of the model."""
    facts, texts = facts_of(model, release), documentation(model)
    unread = {name for owner in _owners(model) for name in release.unread.get(owner, ())}
    for name in model.model_fields:
        if name in facts:
            fact = facts[name]
            known = _choices(model, name)
            choices = {choice: known.get(str(choice), "") for choice in fact.get("choices", ())}
            looked_up = [
                entry for registry in REGISTRIES.get(name, ()) for entry in release.registries.get(registry, ())
            ]
            examples = [] if choices else _words()["examples"].get(name, looked_up)
            text = texts.get(name, "")
            yield Field(name, fact["type"], text, fact.get("default"), choices, examples, name in unread)


def elsewhere(model: type[Section], release: Release) -> dict[str, str]:
    """Keys that this section has in other releases only, with what to do here."""
    here = facts_of(model, release)
    owners = _owners(model)
    found: dict[str, list[str]] = {}
    for name in releases.NAMES:
        other = releases.load(name)
        for owner in owners:
            for key in other.classes.get(owner, {}):
                if key not in here and key in model.model_fields:
                    found.setdefault(key, []).append(name)
    told = {}
    for key, names in found.items():
        changes = [change for owner in owners if (change := releases.change_of(owner, key, release))]
        advice = changes[0].advice if changes else f"ROLL {release.name} ignores it"
        told[key] = f"Only {releases.have(list(dict.fromkeys(names)))} this key. {advice[0].upper()}{advice[1:]}."
    return told


def snippets(field: str, release: Release) -> list[Snippet]:
    """Blocks for a field that a release takes."""
    names = {
        choice
        for facts in release.classes.values()
        for choice in facts.get("strategy_name", {}).get("choices", ())
    }  # fmt: skip
    return [one for one in _snippets() if one.field == field and names.issuperset(one.strategies)]


def type_in_words(kind: str) -> str:
    """`Optional[List[int]]` as `list of integer, or null`."""
    return _in_words(types.parse(kind))


@cache
def documentation(model: type[Section]) -> dict[str, str]:
    """The attribute docstrings of a section's fields, inherited ones included."""
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, Section) and owner is not Section:
            found |= _own_documentation(owner)
    return found


def _own_documentation(model: type[Section]) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, following in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(following, ast.Expr):
            text = following.value
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[field.target.id] = " ".join(inspect.cleandoc(text.value).split())
    return found


def _owners(model: type[Section]) -> list[str]:
    """The names that ROLL has for a section's class and those that it inherits from."""
    return [owner.class_in_roll() for owner in model.__mro__ if issubclass(owner, Section) and owner is not Section]


def _choices(model: type[Section], name: str) -> dict[str, str]:
    table = _words()["choices"]
    own = (table.get(f"{owner}.{name}") for owner in _owners(model))
    found: dict[str, str] = next(filter(None, own), table.get(name, {}))
    return found


@cache
def _words() -> dict[str, Any]:
    return toml.parse(_WORDS.read_text(encoding="utf-8"))


@cache
def _snippets() -> tuple[Snippet, ...]:
    return tuple(Snippet(**{**row, "strategies": tuple(row["strategies"])}) for row in _words()["snippet"])


def _in_words(kind: Type) -> str:
    if kind.name == "None":
        return "null"
    if kind.name == "Literal":
        return " | ".join("null" if value is None else str(value) for value in kind.values)
    if not kind.items:
        return _KINDS.get(kind.kind, kind.name)
    match kind.kind:
        case "optional":
            return f"{_in_words(kind.items[0])}, or null"
        case "union":
            return " or ".join(map(_in_words, kind.items))
        case "dict":
            return f"mapping of {_in_words(kind.items[-1])}"
        case other:
            return f"{_KINDS.get(other, other)} of {_in_words(kind.items[0])}"
