"""
A value of the wrong type.

ROLL's loader (dacite) converts nothing: `8.0` and `"8"` are no integers, `"true"` is no truth value, a single name is
no list. An integer may stand for a number with a fraction.

    save_steps: "100"   # error: [wrong-type]

Write the type that the field has:

    save_steps: 100
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

_TRUTHS = dict.fromkeys(("true", "yes", "on", "enabled", "1"), "true")
_TRUTHS |= dict.fromkeys(("false", "no", "off", "disabled", "0"), "false")
_WITH_COMMAS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_NUMBERS = {
    "an integer": re.compile(r"[-+]?(0|[1-9]\d*)"),
    "a number": re.compile(r"[-+]?(0|[1-9]\d*)(\.\d*)?(e[-+]?\d+)?", re.I),
}

NAMES = {
    "int": "an integer",
    "float": "a number",
    "str": "text",
    "bool": "`true` or `false`",
    "dict": "a mapping",
    "list": "a list",
    "literal": "text",
}
_SPELLED = {
    "Union[List[str], str]": "text or a list of text",
    "Union[bool, str]": "`true`, `false` or text",
    "Union[List[int], str]": "text that Python reads as a list of device ids, such as `list(range(0,8))`",
    "Dict[str, float]": "a mapping of names to numbers",
    "List[str]": "a list of text",
}
"""What a union or what holds items is called."""


@rule(Severity.ERROR, effect=Effect.LOAD, claims=("*",))
def wrong_type(error: SchemaError, context: Context) -> Iterator[Problem]:
    if error.kind == "key_type":
        message = f"the key `{error.key}` must be text"
        path = re.sub(r"\[(\w+)\]$", r".\1", error.path)
        yield Problem(path, message, help=f'Put it in quotes: `"{error.key}"`.', at_key=True)
        return
    value = error.node.value
    if value is None:
        return
    wanted = wanted_type(error)
    if isinstance(value, list) and "list of text" in wanted:
        yield from _wrong_items(error, value)
        return
    message = f"`{error.path}` must be {wanted}, but this is {describe(value)}"
    if value == "???":
        yield Problem(error.path, f"{message} (`???` marks a value that must still be set)")
        return
    advice, change = _remedy(error, value, wanted)
    yield Problem(error.path, message, help=advice, change=change)


def _wrong_items(error: SchemaError, items: list[Node]) -> Iterator[Problem]:
    for index, item in enumerate(items):
        if not isinstance(item.value, str) and item.value is not UNKNOWN:
            path, change = f"{error.path}[{index}]", _quoted(item)
            message = f"`{path}` must be text, but this is {describe(item.value)}"
            yield Problem(path, message, "Put it in quotes." if change else "", change=change)


def wanted_type(error: SchemaError) -> str:
    """The declared type of a field, or of the items in it, in words."""
    declared = types.parse(facts_of(error.owner, error.release).get(error.field, {}).get("type", ""))
    if error.place[-1] != error.field:
        declared = next((kind.items[-1] for kind in declared.alternatives if kind.items), types.ANY)
    wanted = declared.required
    return _SPELLED.get(str(wanted)) or NAMES.get(wanted.kind, "a mapping")


def describe(value: Any) -> str:
    """A value with its type, for people."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    kind = {str: "text", int: "an integer", float: "a number with a fraction", bool: "a truth value"}
    return f"{_shown(value)}, {kind.get(type(value), type(value).__name__)}"


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else shown(value)
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"


def _remedy(error: SchemaError, value: Any, wanted: str) -> tuple[str, Change | None]:
    """What to write, and the change to it, where it is plain what the value was meant as."""
    key = "" if error.path.endswith("]") else f"{error.key}: "
    written = error.node.span.text
    if "${" in written:
        meant = _number(value, wanted) or (wanted == NAMES["bool"] and _TRUTHS.get(str(value).lower()))
        return f"Write `{key}${{oc.decode:{written}}}`." if meant and isinstance(value, str) else "", None
    if number := _number(value, wanted):
        how = "Write it without quotes:" if number == value else "Write"
        return f"{how} `{key}{number}`.", Write(number)
    if wanted == NAMES["bool"]:
        truth = _TRUTHS.get(str(value).lower())
        return (f"Write `{key}{truth}`.", Write(truth)) if truth else ("Write `true` or `false`.", None)
    if wanted == NAMES["str"] and (change := _quoted(error.node)):
        return f"Put it in quotes: `{key}{change.text}`.", change
    if wanted == "a list of text" and isinstance(value, str) and not any(end in written for end in YAML_LINE_ENDS):
        if written[:1] in "'\"" or is_plain(written):
            return f"Write `{key}[{written}]`.", Write(f"[{written}]")
        return f"Write a list: `{key}[{quoted(value)}]` for one text.", None
    if wanted == "a mapping" and isinstance(value, str) and value in error.root.value:
        return f"To use the variable of that name, write `${{{value}}}`.", None
    if error.field == "lora_target" and isinstance(value, list) and all(isinstance(item.value, str) for item in value):
        if not value:
            return "Write the names of modules, with commas, or delete it.", None
        names = ",".join(item.value for item in value)
        names = names if all(is_plain(item.value) for item in value) else quoted(names)
        return f"Write the names with commas: `lora_target: {names}`.", Write(names)
    return "", None


def _number(value: Any, wanted: str) -> str:
    """The number of the wanted kind that a value stands for; empty where it stands for none."""
    if isinstance(value, float) and wanted == NAMES["int"] and value.is_integer():
        return str(int(value))
    if not isinstance(value, str) or wanted not in _NUMBERS:
        return ""
    text = value.replace(",", "") if _WITH_COMMAS.fullmatch(value) else value
    return text if _NUMBERS[wanted].fullmatch(text) else ""


def _quoted(node: Node) -> Write | None:
    text = node.span.text
    number = isinstance(node.value, (int, float))
    return Write(f'"{text}"') if number and not any(mark in text for mark in ('"', "${")) else None
