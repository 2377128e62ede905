"""Models of a fork: what its checkout adds or types otherwise, put over the models of the releases."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, Optional, Union

from pydantic import create_model

from roll_schema import models
from roll_schema.facts import types
from roll_schema.facts.releases import Release
from roll_schema.facts.types import Type
from roll_schema.models.section import DEFAULT, Float, FreeForm, Int, Item, Section
from roll_schema.models.validation import Nested, facts_of, section_types
from roll_schema.models.worker_config import WorkerConfig, teachers

_NAMES: dict[str, Any] = {
    "int": Int,
    "float": Float,
    "str": str,
    "bool": bool,
    "dict": FreeForm,
    "Dict": FreeForm,
    "list": list[Any],
    "List": list[Any],
}


@cache
def adapted(model: type[Section], release: Release) -> type[Section]:
    """The model with the keys of a fork; the model itself where the fork changes nothing in or below it."""
    return _Fork(release).adapt(model)


class _Fork:
    def __init__(self, release: Release) -> None:
        self.release = release
        self.done: dict[type[Section], type[Section]] = {}
        self.made: dict[str, Any] = {}

    def adapt(self, model: type[Section]) -> type[Section]:
        if model in self.done:
            return self.done[model]
        facts = facts_of(model, self.release)
        changed = self.release.changed.get(model.class_in_roll(), frozenset())
        fields: dict[str, Any] = {
            key: (self.annotation(fact["type"]), DEFAULT) for key, fact in facts.items() if key in changed
        }
        for key, nested in section_types(model).items():
            inner = self.adapt(nested.model)
            if inner is not nested.model and key not in fields:
                fields[key] = (_nested(nested, inner), DEFAULT)
        self.done[model] = self.create(model.__name__, model, fields) if fields else model
        return self.done[model]

    def create(self, name: str, base: type[Section], fields: dict[str, Any]) -> type[Section]:
        made: type[Section] = create_model(name, __base__=base, __module__=base.__module__, **fields)
        return made

    def annotation(self, text: str) -> Any:
        """A type as the facts spell it; what is not understood accepts everything."""
        return self.of(types.parse(text))

    def of(self, kind: Type) -> Any:
        if kind.name == "Literal":
            return Literal[kind.values]
        if not kind.items:
            return None if kind.name == "None" else _NAMES.get(kind.name) or self.section(kind.name)
        inner = tuple(map(self.of, kind.items))
        match kind.name:
            case "Optional" | "Union":
                return Union[inner if kind.name == "Union" else (*inner, None)]  # noqa: UP007
            case "List":
                return list[inner[0]]  # type: ignore[valid-type]
            case "Dict" if len(inner) == 2:
                return dict[inner[0], Item[inner[1]]]  # type: ignore[valid-type]
        return Any

    def section(self, name: str) -> Any:
        """The model of a class by its name in the checkout; a new one for a class that only the fork has."""
        known = _models().get(name)
        if known is not None:
            return self.adapt(known)
        if name not in self.release.classes:
            return Any
        if name not in self.made:
            self.made[name] = FreeForm  # stands in where a class holds itself
            facts = self.release.classes[name]
            fields = {key: (self.annotation(fact["type"]), DEFAULT) for key, fact in facts.items()}
            self.made[name] = self.create(name, Section, fields)
        return self.made[name]


@cache
def _models() -> dict[str, type[Section]]:
    """Every model by the name of ROLL's class, with and without its module."""
    found: dict[str, type[Section]] = {}
    pending = [models.of_pipeline(pipeline) for pipeline in models.PIPELINES]
    while pending:
        model = pending.pop()
        name = model.class_in_roll()
        if name not in found:
            found[name] = found[name.rpartition(".")[2]] = model
            pending.extend(nested.model for nested in section_types(model).values())
    return found


def _nested(nested: Nested, inner: type[Section]) -> Any:
    if nested.alone and nested.containers:
        return teachers(inner) if issubclass(inner, WorkerConfig) else Any
    if nested.containers:
        held: Any = dict[str, Item[inner]] if nested.containers[0] is dict else list[Item[inner]]  # type: ignore[valid-type]
        return Optional[held]  # noqa: UP045
    return Optional[inner]  # noqa: UP045
