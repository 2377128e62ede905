"""The resolvers that Hydra 1.3 and OmegaConf 2.3 register; ROLL 0.1.0 to 0.3.0 registers none of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from roll_schema.composition import grammar
from roll_schema.composition.grammar import Malformed
from roll_schema.source import files, tree
from roll_schema.source.scalars import kind
from roll_schema.source.tree import Node


class Refused(Exception):
    """A resolver stops at its arguments; message and help are a fault of a rule."""

    def __init__(self, message: str, rule: str = "resolver-failure", help: str = "") -> None:
        super().__init__(message)
        self.rule, self.help = rule, help


class Unknown(Exception):
    """What a resolver gives cannot be known before the run."""


class Context(Protocol):
    """What a resolver may ask for."""

    def variable(self, name: str) -> str | None:
        """A variable of the environment."""

    def select(self, path: str) -> Node | None:
        """The value at a path, as seen from where the resolver is called; None where there is none."""

    def evaluate(self, element: grammar.Element) -> Any:
        """The value of a parsed text."""


Resolver: TypeAlias = Callable[[Context, list[Any]], Any]
"""From the arguments, which may hold nodes, to a value or a node; raises Refused or Unknown."""


def plain(value: Any) -> Any:
    """What a resolver's argument, or a part of a text, is without nodes."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return tree.plain(value) if isinstance(value, Node) else value


def _env(context: Context, arguments: list[Any]) -> Any:
    if len(arguments) not in (1, 2) or not isinstance(plain(arguments[0]), str):
        raise Refused("`oc.env` takes the name of a variable and an optional default")
    name = plain(arguments[0])
    value = context.variable(name)
    if value is not None:
        return value
    if len(arguments) == 2:
        default = plain(arguments[1])
        return None if default is None else str(default)
    message = f"environment variable `{name}` is not set and has no default"
    raise Refused(message, "unset-environment-variable", f"add a default: `${{oc.env:{name},default}}`")


def _decode(context: Context, arguments: list[Any]) -> Any:
    if len(arguments) != 1:
        raise Refused(f"`oc.decode` takes one argument, found {len(arguments)}")
    text = plain(arguments[0])
    if text is None:
        return None
    if not isinstance(text, str):
        raise Refused(f"`oc.decode` takes a string, found {kind(text)}")
    try:
        return context.evaluate(grammar.parse_element(text))
    except Malformed as error:
        raise Refused(f"`oc.decode` cannot parse `{text}`: {error}") from None


def _create(context: Context, arguments: list[Any]) -> Any:
    value = plain(arguments[0]) if len(arguments) == 1 else 0
    if isinstance(value, str):
        raise Unknown  # it would be parsed as YAML once more: nobody writes that
    if value is not None and not isinstance(value, (dict, list)):
        raise Refused("`oc.create` takes a mapping or a sequence")
    return value


def _select(context: Context, arguments: list[Any]) -> Any:
    if len(arguments) not in (1, 2) or not isinstance(plain(arguments[0]), str):
        raise Refused("`oc.select` takes a path and an optional default")
    selected = context.select(plain(arguments[0]))
    if selected is None and len(arguments) == 2:
        return arguments[1]
    return selected


def _deprecated(context: Context, arguments: list[Any]) -> Any:
    return _select(context, arguments[:1])


def _mapping(context: Context, arguments: list[Any]) -> dict[Any, Any]:
    target = arguments[0] if len(arguments) == 1 else None
    if isinstance(plain(target), str):
        target = _select(context, arguments)
    mapping = plain(target)
    if not isinstance(mapping, dict):
        raise Refused("expected a mapping or its path as argument")
    return mapping


def _keys(context: Context, arguments: list[Any]) -> Any:
    return list(_mapping(context, arguments))


def _values(context: Context, arguments: list[Any]) -> Any:
    return list(_mapping(context, arguments).values())


def _now(context: Context, arguments: list[Any]) -> Any:
    files.not_to_be_kept()
    pattern = plain(arguments[0]) if len(arguments) == 1 else None
    if not isinstance(pattern, str):
        raise Refused("`now` takes a time format such as `%Y-%m-%d`")
    return time.strftime(pattern)


def _hydra(context: Context, arguments: list[Any]) -> Any:
    message = "`hydra:` needs Hydra's run-time config, which ROLL's start scripts do not create"
    raise Refused(message, help="write the value itself")


def _python_version(context: Context, arguments: list[Any]) -> Any:
    raise Unknown


RESOLVERS: dict[str, Resolver] = {
    "oc.env": _env,
    "oc.decode": _decode,
    "oc.create": _create,
    "oc.select": _select,
    "oc.deprecated": _deprecated,
    "oc.dict.keys": _keys,
    "oc.dict.values": _values,
    "now": _now,
    "hydra": _hydra,
    "python_version": _python_version,
}
