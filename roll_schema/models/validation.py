"""Composed tree to typed config: pydantic judges types and keys, the release fills in defaults.

A value that is unknown, or wrong and thereby reported, is taken out of the typed config: a rule that reads it stops
with Unresolved instead of judging a value nobody wrote.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from roll_schema.models.section import Section, Settings
from roll_schema.releases import Release
from roll_schema.tree import UNKNOWN, Node, join, lookup, plain

PathKey = str | int
_MAX_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class SchemaError:
    """A key or value that the models refuse.

    `kind` is pydantic's error type; `key` the last step of the path, `field` the field of the section `owner` that
    holds the place.
    """

    kind: str
    path: str
    key: str
    field: str
    node: Node
    owner: type[Section]
    root: Node
    release: Release


def validate(root: Node, model: type[Section], release: Release) -> tuple[Section | None, list[SchemaError]]:
    """The typed config with the release's defaults, and every schema error; no config if too much is wrong."""
    data = plain(root)
    errors: list[SchemaError] = []
    removed: set[tuple[PathKey, ...]] = set()
    for _ in range(_MAX_ROUNDS):
        try:
            config = model.model_validate(data)
        except ValidationError as error:
            for kind, path in _shortest(error, data):
                node = lookup(root, path)
                owner, field_path = _owner(model, path)
                if node is not None and node.value is not UNKNOWN:
                    key, field = str(path[-1]), str(field_path[-1])
                    errors.append(SchemaError(kind, _dotted(path), key, field, node, owner, root, release))
                _remove(data, field_path)
                if kind != "extra_forbidden":
                    removed.add(field_path)
        else:
            _fill(config, release)
            for path in removed:
                _forget(config, path)
            return config, errors
    return None, errors


def sections(config: Section, path: str = "") -> Iterator[tuple[str, Section]]:
    """Every section of a typed config with its dotted path, outer ones first."""
    yield path, config
    for name, value in config.__dict__.items():
        if isinstance(value, Section):
            yield from sections(value, join(path, name))
        elif type(value) is dict:
            for key, item in value.items():
                if isinstance(item, Section):
                    yield from sections(item, f"{join(path, name)}.{key}")


@cache
def section_types(model: type[Section]) -> dict[str, tuple[type[Section], bool]]:
    """The fields that hold a section, with its class and whether the field is a mapping of such sections."""
    found = {}
    for name, annotation in get_type_hints(model).items():
        for part in _union_parts(annotation):
            if _is_section(part):
                found[name] = (part, False)
            elif get_origin(part) is dict and _is_section(item := get_args(part)[1]):
                found[name] = (item, True)
    return found


def facts_of(model: type[Section], release: Release) -> dict[str, dict[str, Any]]:
    """The release's fields for a section's class; empty where the release has no such class."""
    name = model.__name__
    classes = release.classes
    return classes.get(name) or classes.get(f"rlvr_config.{name}") or {}


def _is_section(annotation: Any) -> bool:
    # On Python 3.10 `list[str]` is an instance of type, too.
    return get_origin(annotation) is None and isinstance(annotation, type) and issubclass(annotation, Section)


def _union_parts(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


def _shortest(error: ValidationError, data: Any) -> list[tuple[str, tuple[PathKey, ...]]]:
    """One error per place: pydantic's locations hold union tags, and every member of a union complains."""
    places: dict[tuple[PathKey, ...], str] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        path: list[PathKey] = []
        here: Any = data
        for step in item["loc"]:
            if isinstance(here, dict) and step not in here:
                step = next((key for key in here if str(key) == str(step)), step)
            is_item = isinstance(here, list) and isinstance(step, int) and step < len(here)
            if is_item or (isinstance(here, dict) and step in here):
                here = here[step]
                path.append(step)
        places.setdefault(tuple(path), item["type"])
    return [
        (kind, path)
        for path, kind in places.items()
        if path and not any(path[:end] in places for end in range(1, len(path)))
    ]


def _owner(model: type[Section], path: tuple[PathKey, ...]) -> tuple[type[Section], tuple[PathKey, ...]]:
    """The section class that a path ends in, and the path of the section's field that holds the place."""
    here, index = model, 0
    while True:
        name = path[index]
        inner = section_types(here).get(str(name))
        if inner is None or index == len(path) - 1:
            return here, path[: index + 1]
        section, is_mapping = inner
        if is_mapping and index + 2 >= len(path):
            return here, path[: index + 1]  # an item of the mapping is no section at all
        index += 2 if is_mapping else 1
        here = section


def _remove(data: Any, path: tuple[PathKey, ...]) -> None:
    for step in path[:-1]:
        data = data.get(step) if isinstance(data, dict) else None
    if isinstance(data, dict):
        data.pop(path[-1], None)


def _forget(config: Section, path: tuple[PathKey, ...]) -> None:
    here: Any = config
    for step in path[:-1]:
        here = here.__dict__.get(str(step)) if isinstance(here, Section) else here.get(step)
        if here is None:
            return
    if isinstance(here, Section):
        here.__dict__.pop(str(path[-1]), None)


def _fill(section: Section, release: Release) -> None:
    """Put the release's defaults where the config says nothing."""
    facts = facts_of(type(section), release)
    inner = section_types(type(section))
    given = section.model_fields_set
    values = section.__dict__
    for name in type(section).model_fields:
        if name in given:
            value = values[name]
            if isinstance(value, Section):
                _fill(value, release)
            elif name in inner and isinstance(value, dict):
                for item in value.values():
                    _fill(item, release)
            continue
        fact = facts.get(name, {})
        if "section" in fact and name in inner:
            value = inner[name][0].model_construct()
            _fill(value, release)
            values[name] = value
        else:
            default = copy.copy(fact.get("default"))
            values[name] = Settings(default) if isinstance(default, dict) and name not in inner else default


def _dotted(path: tuple[PathKey, ...]) -> str:
    text = ""
    for step in path:
        text = f"{text}[{step}]" if isinstance(step, int) else join(text, step)
    return text
