"""
Value of the wrong type.

ROLL's loader (dacite) converts nothing: `8.0` and `"8"` are not integers, `"true"` is not a boolean, and a
single name is not a list. Only an integer is accepted for a float.

    save_steps: "100"   # error: [wrong-type]

Write the type that the field has:

    save_steps: 100

References:

- ROLL 0.1.0-0.3.0: examples/start_rlvr_pipeline.py, from_dict(data_class=RLVRConfig
- dacite 1.9.2: dacite/core.py, from_dict
- dacite 1.9.2: dacite/types.py, is_instance
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.facts import types
from roll_schema.models.validation import SchemaError, facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.change import Change, Write
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import is_plain, quoted, shown
from roll_schema.source.text import YAML_LINE_ENDS
from roll_schema.source.tree import UNKNOWN

if TYPE_CHECKING:
    from roll_schema.source.tree import Node

_BOOLEANS = dict.fromkeys(("true", "yes", "on", "enabled", "1"), "true")
_BOOLEANS |= dict.fromkeys(("false", "no", "off", "disabled", "0"), "false")
_WITH_COMMAS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_NUMBERS = {
    "integer": re.compile(r"[-+]?(0|[1-9]\d*)"),
    "float": re.compile(r"[-+]?(0|[1-9]\d*)(\.\d*)?(e[-+]?\d+)?", re.I),
}

NAMES = {
    "int": "integer",
    "float": "float",
    "str": "string",
    "bool": "boolean",
    "dict": "mapping",
    "list": "sequence",
    "literal": "string",
}
_SPELLED = {
    "Union[List[str], str]": "string or sequence of strings",
    "Union[bool, str]": "boolean or string",
    "Union[List[int], str]": "string with a list of device ids such as `list(range(0,8))`",
    "Dict[str, float]": "mapping of names to floats",
    "List[str]": "sequence of strings",
}
"""Names of unions and of types that hold items."""


@rule(Severity.ERROR, effect=Effect.LOAD, claims=("*",))
def wrong_type(error: SchemaError, context: Context) -> Iterator[Problem]:
    if error.kind == "key_type":
        path = re.sub(r"\[(\w+)\]$", r".\1", error.path)
        message = f"key `{error.key}`: expected string"
        yield Problem(path, message, f'quote the key: `"{error.key}"`', at_key=True)
        return
    value = error.node.value
    if value is None:
        return
    expected = expected_type(error)
    if isinstance(value, list) and "sequence of strings" in expected:
        yield from _wrong_items(error, value)
        return
    message = f"`{error.path}`: expected {expected}, found {describe(value)}"
    if value == "???":
        yield Problem(error.path, f"{message}, the mark of an unset value", f"set `{error.key}`")
        return
    advice, change = _remedy(error, value, expected)
    yield Problem(error.path, message, help=advice, change=change)


def _wrong_items(error: SchemaError, items: list[Node]) -> Iterator[Problem]:
    for index, item in enumerate(items):
        if not isinstance(item.value, str) and item.value is not UNKNOWN:
            path, change = f"{error.path}[{index}]", _quoted(item)
            message = f"`{path}`: expected string, found {describe(item.value)}"
            yield Problem(path, message, f"quote the value: `{change.text}`" if change else "", change=change)


def expected_type(error: SchemaError) -> str:
    """The name of the declared type of a field, or of the items in it."""
    declared = types.parse(facts_of(error.owner, error.release).get(error.field, {}).get("type", ""))
    if error.place[-1] != error.field:
        declared = next((kind.items[-1] for kind in declared.alternatives if kind.items), types.ANY)
    expected = declared.required
    return _SPELLED.get(str(expected)) or NAMES.get(expected.kind, "mapping")


def describe(value: Any) -> str:
    """A value with its type, for people."""
    if value is None:
        return "null"
    kind = NAMES.get(type(value).__name__, type(value).__name__)
    return kind if isinstance(value, (dict, list)) else f"{kind} {_shown(value)}"


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else shown(value)
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"


def _remedy(error: SchemaError, value: Any, expected: str) -> tuple[str, Change | None]:
    """Advice with the change to a value, where its meaning is clear."""
    key = "" if error.path.endswith("]") else f"{error.key}: "
    written = error.node.span.text
    if "${" in written:
        meant = _number(value, expected) or (expected == NAMES["bool"] and _BOOLEANS.get(str(value).lower()))
        return f"set `{key}${{oc.decode:{written}}}`" if meant and isinstance(value, str) else "", None
    if number := _number(value, expected):
        how = "remove the quotes:" if number == value else "set" if key else "write"
        return f"{how} `{key}{number}`", Write(number)
    if expected == NAMES["bool"]:
        boolean = _BOOLEANS.get(str(value).lower())
        return (f"set `{key}{boolean}`", Write(boolean)) if boolean else (f"set `{key}true` or `{key}false`", None)
    if expected == NAMES["str"] and (change := _quoted(error.node)):
        return f"quote the value: `{key}{change.text}`", change
    if (
        expected == "sequence of strings"
        and isinstance(value, str)
        and not any(end in written for end in YAML_LINE_ENDS)
    ):
        if written[:1] in "'\"" or is_plain(written):
            return f"set `{key}[{written}]`", Write(f"[{written}]")
        return f"set `{key}[{quoted(value)}]`", None
    if expected == "mapping" and isinstance(value, str) and value in error.root.value:
        return f"set `{key}${{{value}}}` to use the variable of that name", None
    if error.field == "lora_target" and isinstance(value, list) and all(isinstance(item.value, str) for item in value):
        if not value:
            return f"set `{error.key}` to names of modules separated by commas, or remove `{error.key}`", None
        names = ",".join(item.value for item in value)
        names = names if all(is_plain(item.value) for item in value) else quoted(names)
        return f"set `lora_target: {names}`", Write(names)
    return "", None


def _number(value: Any, expected: str) -> str:
    """The number of the expected type that a value may mean; empty if it is not one."""
    if isinstance(value, float) and expected == NAMES["int"] and value.is_integer():
        return str(int(value))
    if not isinstance(value, str) or expected not in _NUMBERS:
        return ""
    text = value.replace(",", "") if _WITH_COMMAS.fullmatch(value) else value
    return text if _NUMBERS[expected].fullmatch(text) else ""


def _quoted(node: Node) -> Write | None:
    text = node.span.text
    number = isinstance(node.value, (int, float))
    return Write(f'"{text}"') if number and not any(mark in text for mark in ('"', "${")) else None
