"""What every section of a config has in common, and the scalar types as ROLL's loader (dacite) accepts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, WithJsonSchema, WrapValidator
from pydantic_core import PydanticCustomError

from roll_schema.source.tree import UNKNOWN

DEFAULT: Any = None
"""Stands where the default is the release's own: `releases/<release>.json` has it, not the model."""


T = TypeVar("T")


class Unresolved(Exception):
    """Raised when a rule reads a value that is unknown (an unresolved `${…}`) or was already reported as wrong."""


class Section(BaseModel):
    """A mapping in the config whose keys ROLL declares; frozen, and strict about types and keys."""

    release_class: ClassVar[str] = ""
    """Name of ROLL's class in `releases/<release>.json` where it is not the model's own."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True, protected_namespaces=())

    @classmethod
    def class_in_roll(cls) -> str:
        """Name of ROLL's class, as the releases have it."""
        return cls.release_class or cls.__name__

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in type(self).model_fields:
                raise Unresolved(name)
            return super().__getattr__(name)


class Settings(dict[str, Any]):
    """A mapping (`strategy_config`, `rewards`, ...) that refuses to hand out unknown values; its keys are known.

    Going through it raises Unresolved in the place of an unknown value, and can go on behind it (`known`).
    """

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if value is UNKNOWN:
            raise Unresolved(key)
        return value

    def values(self) -> Iterator[Any]:  # type: ignore[override]
        return map(self.__getitem__, self)

    def items(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        return map(self._item, self)

    def _item(self, key: str) -> tuple[str, Any]:
        return key, self[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`, or `default` where the config does not set it; raises Unresolved if it is unknown."""
        return self[key] if key in self else default  # noqa: SIM401


class Items(list[Any]):
    """A list that refuses to hand out unknown items, as Settings does."""

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        if isinstance(index, slice):
            return Items(found)
        return _known(found)

    def __iter__(self) -> Iterator[Any]:
        return map(_known, super().__iter__())

    def __contains__(self, item: object) -> bool:
        return super().__contains__(item) or not all(True for _ in self)


def _known(item: Any) -> Any:
    if item is UNKNOWN:
        raise Unresolved
    return item


def known(items: Iterable[T]) -> Iterator[T]:
    """Those of several items that are known."""
    rest = iter(items)
    while True:
        try:
            item = next(rest)
        except StopIteration:
            return
        except Unresolved:
            continue
        yield item


def fields_of(section: Section, *names: str) -> Iterator[tuple[str, Any]]:
    """Those of some fields that a section has, by name; Unresolved is raised in the place of one that is unknown."""
    fields, values = type(section).model_fields, vars(section)
    return Settings({name: values.get(name, UNKNOWN) for name in names if name in fields}).items()


def guarded(value: Any) -> Any:
    """A value whose mappings and lists refuse to hand out what is unknown."""
    if isinstance(value, dict):
        items = {key: guarded(item) for key, item in value.items()}
        return Settings(items) if any(item is UNKNOWN for item in items.values()) else items
    if isinstance(value, list):
        held = [guarded(item) for item in value]
        return Items(held) if any(item is UNKNOWN for item in held) else held
    return value


class Named(dict[str, Any]):
    """A mapping that holds sections by name where one section might stand as well."""


def _number(value: Any) -> Any:
    # dacite asks isinstance(), for which True is an int; a rule warns about it.
    return int(value) if isinstance(value, bool) else value


def _settings(value: Any) -> Any:
    if not isinstance(value, dict):
        raise PydanticCustomError("dict_type", "Input should be a valid dictionary")
    return value


def _unless_unknown(value: Any, validate: Callable[[Any], Any]) -> Any:
    return value if value is UNKNOWN else validate(value)


Item = Annotated[T, WrapValidator(_unless_unknown)]
"""One of several in a list or mapping, which may be unknown without making the others so."""

Int = Annotated[int, BeforeValidator(_number)]
Float = Annotated[float, BeforeValidator(_number)]
FreeForm = Annotated[Settings, PlainValidator(_settings), WithJsonSchema({"type": "object"})]
