"""Composed tree to typed config: pydantic judges types and keys, the release fills in defaults.

The models are the union over all releases: a key or a choice that the asked release does not have is an error before
pydantic sees it. A value that is unknown, or wrong and thereby reported, is taken out of the typed config: a rule that
reads it stops with Unresolved instead of judging a value nobody wrote. Of a list or mapping only that item is unknown.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from functools import cache, reduce
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from roll_schema.facts import types
from roll_schema.facts.releases import Release
from roll_schema.models.section import Named, Section, Settings, guarded
from roll_schema.source.path import Key, Path, dotted, join
from roll_schema.source.tree import UNKNOWN, Node, child, lookup, plain

_MAX_ROUNDS = 20
_SURROGATE = re.compile("[\ud800-\udfff]")

OF_KEYS = ("extra_forbidden", "invalid_key", "key_not_in_release", "key_type")
"""Kinds of errors about a key, whatever its value."""


class SchemaError(NamedTuple):
    """A key or value that the models or the release refuse.

    `kind` is pydantic's error type, `key_type` or `key_not_in_release`; `field` the field of the section `owner` that
    holds the `place`; `root` and `model` are the whole config and its model.
    `swallowed`: ROLL's loader drops the whole section instead of refusing it.
    """

    kind: str
    place: Path
    field: str
    node: Node
    owner: type[Section]
    root: Node
    model: type[Section]
    release: Release
    swallowed: bool = False

    @property
    def path(self) -> str:
        """The place as text."""
        return dotted(self.place)

    @property
    def key(self) -> str:
        """The last step of the place."""
        return str(self.place[-1])


class Nested(NamedTuple):
    """A field that holds sections: the section's class, and the containers (`dict`, `list`) it may stand in."""

    model: type[Section]
    containers: tuple[type, ...]
    alone: bool


def validate(root: Node, model: type[Section], release: Release) -> tuple[Section | None, list[SchemaError]]:
    """The typed config with the release's defaults, and every schema error; no config if too much is wrong."""
    data = plain(root)
    errors: list[SchemaError] = []
    removed: set[Path] = set()

    def refuse(kind: str, path: Path, owner: type[Section], field_path: Path) -> None:
        node = lookup(root, path)
        if node is not None and (node.value is not UNKNOWN or kind in OF_KEYS):
            swallowed = any(isinstance(_at(data, path[:end]), Named) for end in range(1, len(path)))
            field = str(field_path[-1])
            errors.append(SchemaError(kind, path, field, node, owner, root, model, release, swallowed))

    def take_out(kind: str, path: Path, field_path: Path) -> None:
        if kind not in OF_KEYS and _make_unknown(data, path, field_path):
            return
        _remove(data, field_path)
        if kind not in ("extra_forbidden", "key_not_in_release"):
            removed.add(field_path)

    _mark_named(data, model, release)
    for kind, path, owner in list(_beyond_release(data, model, release, ())):
        refuse(kind, path, owner, path)
        take_out(kind, path, path)
    for _ in range(_MAX_ROUNDS):
        try:
            config = model.model_validate(data)
        except ValidationError as error:
            found = [(kind, path, *_owner(model, path, data)) for kind, path in _shortest(error, data)]
            for kind, path, owner, field_path in found:
                refuse(kind, path, owner, field_path)
            for kind, path, _, field_path in found:
                take_out(kind, path, field_path)
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
        elif isinstance(value, dict):
            for key, item in dict.items(value):
                if isinstance(item, Section):
                    yield from sections(item, f"{join(path, name)}.{key}")
        elif isinstance(value, list):
            for index, item in enumerate(list.__iter__(value)):
                if isinstance(item, Section):
                    yield from sections(item, f"{join(path, name)}[{index}]")


@cache
def section_types(model: type[Section]) -> dict[str, Nested]:
    """The fields that hold sections."""
    found = {}
    for name, annotation in get_type_hints(model).items():
        alone, containers, section = False, [], None
        for part in _union_parts(annotation):
            origin = get_origin(part)
            item = get_args(part)[-1] if origin in (dict, list) else part
            if _is_section(item):
                section = item
                alone = alone or origin is None
                containers += [origin] if origin is not None else []
        if section is not None:
            found[name] = Nested(section, tuple(containers), alone)
    return found


def facts_of(model: type[Section], release: Release) -> dict[str, dict[str, Any]]:
    """The release's fields for a section's class; empty where the release has no such class."""
    return release.classes.get(model.class_in_roll(), {})


def children(model: type[Section], data: Any) -> Iterator[tuple[Path, type[Section], Any]]:
    """The sections right below a mapping of plain values or nodes: path, class and value of each."""
    for name, nested in section_types(model).items():
        value = data.get(name) if isinstance(data, dict) else None
        content = value.value if isinstance(value, Node) else value
        if isinstance(content, dict) and dict in nested.containers and (isinstance(value, Named) or not nested.alone):
            yield from (((name, key), nested.model, item) for key, item in content.items())
        elif isinstance(content, list) and list in nested.containers:
            yield from (((name, index), nested.model, item) for index, item in enumerate(content))
        elif content is not None and nested.alone:
            yield (name,), nested.model, value


def _is_section(annotation: Any) -> bool:
    # On Python 3.10 `list[str]` is an instance of type, too.
    return get_origin(annotation) is None and isinstance(annotation, type) and issubclass(annotation, Section)


def _union_parts(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _mark_named(data: Any, model: type[Section], release: Release) -> None:
    """Where one section or several by name may stand, several it is if the mapping holds only mappings."""
    for name, nested in section_types(model).items():
        value = data.get(name) if isinstance(data, dict) else None
        if not isinstance(value, dict) or not nested.alone or dict not in nested.containers:
            continue
        declared = types.parse(facts_of(model, release).get(name, {}).get("type", ""))
        either = any(kind.kind == "dict" for kind in declared.alternatives)
        if either and all(type(item) is dict or item is UNKNOWN for item in value.values()):
            data[name] = Named(value)


def _beyond_release(
    data: Any, model: type[Section], release: Release, path: Path
) -> Iterator[tuple[str, Path, type[Section]]]:
    """Keys and choices that the models have and the release has not."""
    facts = facts_of(model, release)
    for key in data if isinstance(data, dict) else ():
        if key not in model.model_fields:
            continue
        if key not in facts:
            yield "key_not_in_release", (*path, key), model
        elif isinstance(data[key], str) and data[key] not in facts[key].get("choices", (data[key],)):
            yield "literal_error", (*path, key), model
    for below, inner, value in children(model, data):
        if below[0] in facts:
            yield from _beyond_release(value, inner, release, (*path, *below))


def _shortest(error: ValidationError, data: Any) -> list[tuple[str, Path]]:
    """One error per place: pydantic's locations hold union tags, and every member of a union complains."""
    places: dict[Path, str] = {}
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        path: list[Key] = []
        here: Any = data
        for step in item["loc"]:
            if isinstance(here, dict) and step not in here:
                step = next((key for key in here if str(key) == str(step)), step)
            is_item = isinstance(here, list) and isinstance(step, int) and step < len(here)
            if is_item or (isinstance(here, dict) and step in here):
                here = here[step]
                path.append(step)
        if item["type"] == "string_unicode" and isinstance(here, dict):
            # Half of a surrogate pair, which an escape can write; pydantic blames the mapping for such a key.
            places |= {(*path, key): "extra_forbidden" for key in here if _SURROGATE.search(str(key))}
            continue
        of_key = item["loc"][-1] == "[key]" and path[-1:] != ["[key]"]
        places.setdefault(tuple(path), "key_type" if of_key else item["type"])
    return [
        (kind, path)
        for path, kind in places.items()
        if path and not any(path[:end] in places for end in range(1, len(path)))
    ]


def _owner(model: type[Section], path: Path, data: Any) -> tuple[type[Section], Path]:
    """The section class that a path ends in, and the path of the section's field that holds the place."""
    here, index, value = model, 0, data
    while True:
        below = next((found for found in children(here, value) if path[index:][: len(found[0])] == found[0]), None)
        if below is None or index + len(below[0]) >= len(path):
            return here, path[: index + 1]
        index += len(below[0])
        here, value = below[1], below[2]


def _at(data: Any, path: Path) -> Any:
    return reduce(child, path, data)


def _make_unknown(data: Any, path: Path, field_path: Path) -> bool:
    """Have one of several items of a field count as unknown; whether there is such an item, which was not so yet."""
    holder = _at(data, path[:-1])
    if len(path) == len(field_path) or not isinstance(holder, (dict, list)) or _at(data, path) is UNKNOWN:
        return False
    holder[path[-1]] = UNKNOWN  # type: ignore[index]
    return True


def _remove(data: Any, path: Path) -> None:
    parent = _at(data, path[:-1])
    if isinstance(parent, dict):
        parent.pop(path[-1], None)


def _forget(config: Section, path: Path) -> None:
    holder = reduce(_part, path[:-1], config)
    if isinstance(holder, Section):
        holder.__dict__.pop(str(path[-1]), None)


def _part(here: Any, step: Key) -> Any:
    """What one step leads to in a typed config."""
    return child(here.__dict__ if isinstance(here, Section) else here, step)


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
            elif isinstance(value, (dict, list)):
                for item in value.values() if isinstance(value, dict) else value:
                    if isinstance(item, Section):
                        _fill(item, release)
                values[name] = guarded(value)
            continue
        fact = facts.get(name, {})
        if "section" in fact and name in inner:
            value = inner[name].model.model_construct()
            _fill(value, release)
            values[name] = value
        else:
            default = copy.copy(fact.get("default"))
            values[name] = Settings(default) if isinstance(default, dict) and name not in inner else default
