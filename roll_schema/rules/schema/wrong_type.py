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

from roll_schema.change import Change, Write
from roll_schema.diagnostic import Severity
from roll_schema.models.validation import SchemaError, facts_of
from roll_schema.rule import Context, Problem, rule

if TYPE_CHECKING:
    from roll_schema.tree import Node

_TRUTHS = dict.fromkeys(("true", "yes", "on", "enabled", "1"), "true")
_TRUTHS |= dict.fromkeys(("false", "no", "off", "disabled", "0"), "false")
_WITH_COMMAS = re.compile(r"\d{1,3}(,\d{3})+")
_NUMBER = re.compile(r"[-+]?\d+(\.\d*)?")

NAMES = {
    "int": "an integer",
    "float": "a number",
    "str": "text",
    "bool": "`true` or `false`",
    "dict": "a mapping",
    "list": "a list",
    "NoneType": "null",
}


@rule(Severity.ERROR, fails="at load", claims=("*",))
def wrong_type(error: SchemaError, context: Context) -> Iterator[Problem]:
    value = error.node.value
    if value is None:
        return
    wanted = wanted_type(error)
    if isinstance(value, list) and "list of text" in wanted:
        yield from _wrong_items(error, value)
        return
    if isinstance(value, dict) and wanted == NAMES["dict"]:
        message = f"the key `{error.key}` must be text"
        yield Problem(error.path, message, help=f'Put it in quotes: `"{error.key}"`.', at_key=True)
        return
    missing = " (`???` marks a value that must still be set)" if value == "???" else ""
    message = f"`{error.path}` must be {wanted}, but this is {describe(value)}{missing}"
    change = _change(error, value, wanted)
    yield Problem(error.path, message, help=_advice(error, value, wanted), change=change)


def _wrong_items(error: SchemaError, items: list[Node]) -> Iterator[Problem]:
    for index, item in enumerate(items):
        if not isinstance(item.value, str):
            path = f"{error.path}[{index}]"
            message = f"`{path}` must be text, but this is {describe(item.value)}"
            yield Problem(path, message, "Put it in quotes.", change=_quoted(item))


def wanted_type(error: SchemaError) -> str:
    """The declared type of a field, in words."""
    declared = str(facts_of(error.owner, error.release).get(error.field, {}).get("type", ""))
    text = declared.removeprefix("Optional[").removeprefix("Union[")
    if text.startswith("Literal"):
        return "text"
    if "[" in error.path.rpartition(".")[2] or error.path.rpartition(".")[2] != error.field:
        text = text.rpartition(", ")[2] if text.startswith("Dict") else text.partition("[")[2]
    kinds = {
        "List[str], str": "text or a list of text",
        "bool, str": "`true`, `false` or text",
        "List[int], str": "text that Python reads as a list of device ids, such as `list(range(0,8))`",
    }
    for start, words in kinds.items():
        if text.startswith(start):
            return words
    if text.startswith("Dict[str, float]"):
        return "a mapping of names to numbers"
    if text.startswith("List[str]"):
        return "a list of text"
    for name, words in NAMES.items():
        if text.lower().startswith(name):
            return words
    return "a mapping"


def describe(value: Any) -> str:
    """A value with its type, for people."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    kind = {str: "text", int: "an integer", float: "a number with a fraction", bool: "a truth value"}
    return f"{_shown(value)}, {kind.get(type(value), type(value).__name__)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"


def _change(error: SchemaError, value: Any, wanted: str) -> Change | None:
    """The value as it was meant, where that is plain."""
    if isinstance(value, str) and wanted in (NAMES["int"], NAMES["float"]):
        text = value.replace(",", "") if _WITH_COMMAS.fullmatch(value) else value
        return Write(text) if _NUMBER.fullmatch(text) and (wanted == NAMES["float"] or text.isdigit()) else None
    if isinstance(value, float) and wanted == NAMES["int"] and value.is_integer():
        return Write(str(int(value)))
    if wanted == NAMES["bool"] and str(value).lower() in _TRUTHS:
        return Write(_TRUTHS[str(value).lower()])
    if isinstance(value, (int, float, bool)) and wanted == NAMES["str"]:
        return _quoted(error.node)
    if isinstance(value, str) and wanted == "a list of text":
        return Write(f"[{error.node.span.text}]")
    if isinstance(value, list) and error.field == "lora_target" and all(isinstance(item.value, str) for item in value):
        return Write(",".join(item.value for item in value))
    return None


def _quoted(node: Node) -> Change | None:
    text = node.span.text
    return Write(f'"{text}"') if text.isprintable() and not set(text) & set('"\\[]{}') else None


def _advice(error: SchemaError, value: Any, wanted: str) -> str:
    if isinstance(value, str) and wanted in (NAMES["int"], NAMES["float"]):
        try:
            float(value)
        except ValueError:
            return ""
        return f"Write it without quotes: `{error.key}: {value}`."
    if isinstance(value, float) and wanted == NAMES["int"] and value.is_integer():
        return f"Write `{error.key}: {int(value)}`."
    if isinstance(value, str) and wanted == NAMES["bool"]:
        return "Write `true` or `false`, without quotes."
    if isinstance(value, (int, float, bool)) and wanted == "text":
        return f'Put it in quotes: `{error.key}: "{error.node.span.text}"`.'
    if isinstance(value, str) and wanted == "a list of text":
        return f"Write `{error.key}: [{value}]`."
    if isinstance(value, str) and wanted == "a mapping" and value in error.root.value:
        return f"To use the variable of that name, write `${{{value}}}`."
    if isinstance(value, list) and error.field == "lora_target":
        return f"Write the names with commas: `lora_target: {','.join(str(item.value) for item in value)}`."
    return ""
