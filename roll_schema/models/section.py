"""What every section of a config has in common, and the scalar types as ROLL's loader (dacite) accepts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from roll_schema.tree import UNKNOWN

DEFAULT: Any = None
"""Stands where the default is the release's own: `releases/<release>.json` has it, not the model."""


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
    """A free-form mapping (`strategy_config`, `tracker_kwargs`, ...) that refuses to hand out unknown values."""

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if value is UNKNOWN:
            raise Unresolved(key)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`, or `default` where the config does not set it; raises Unresolved if it is unknown."""
        return self[key] if key in self else default  # noqa: SIM401


class Named(dict[str, Any]):
    """A mapping that holds sections by name where one section might stand as well."""


def _number(value: Any) -> Any:
    # dacite asks isinstance(), for which True is an int; a rule warns about it.
    return int(value) if isinstance(value, bool) else value


def _settings(value: Any) -> Any:
    if not isinstance(value, dict):
        raise PydanticCustomError("dict_type", "Input should be a valid dictionary")
    return value


Int = Annotated[int, BeforeValidator(_number)]
Float = Annotated[float, BeforeValidator(_number)]
FreeForm = Annotated[Settings, PlainValidator(_settings), WithJsonSchema({"type": "object"})]
