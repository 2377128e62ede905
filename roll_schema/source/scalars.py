"""Plain YAML scalars as OmegaConf's loader types them: YAML 1.1 with OmegaConf's own float pattern, dates as text."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from typing import Any, TypeVar

Scalar = str | int | float | bool | bytes | None
_Number = TypeVar("_Number", int, float)

_BOOLEANS = {
    spelling: truth
    for words, truth in ((("yes", "true", "on"), True), (("no", "false", "off"), False))
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_INT = re.compile(
    r"""[-+]?(?: 0b[0-1_]+ | 0[0-7_]+ | 0 | [1-9][0-9_]* | 0x[0-9a-fA-F_]+ | [1-9][0-9_]*(?::[0-5]?[0-9])+ )""", re.X
)
_FLOAT = re.compile(
    r"""  [-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?
        | \.[0-9][0-9_]*(?:[eE][-+][0-9]+)?
        | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*
        | [-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
        | [-+]?[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+
        | [-+]?\.(?:inf|Inf|INF)
        | \.(?:nan|NaN|NAN)""",
    re.X,
)
_PLAIN = re.compile(r"""[\w./(](?:[^,:?#\[\]{}"'\\]*[^,:?#\[\]{}"'\\ ])?""")
_NUMERIC_START = frozenset("-+0123456789.")


class BadScalar(ValueError):
    """A scalar that its tag cannot be made of; `help` says what to write instead."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


_KINDS = {
    bool: "boolean",
    int: "integer",
    float: "float",
    str: "string",
    bytes: "binary",
    type(None): "null",
    dict: "mapping",
    list: "sequence",
}


def kind(value: Any) -> str:
    """What YAML calls a value of this type."""
    return _KINDS.get(type(value), type(value).__name__)


def plain(text: str) -> Scalar:
    """Type a plain scalar; raises BadScalar for the two that no loader can construct (`=` and `<<`)."""
    if text in _NULLS:
        return None
    if text[0] in _NUMERIC_START:
        if _FLOAT.fullmatch(text):
            return _float(text)
        if _INT.fullmatch(text):
            return _int(text)
        return text
    if text in ("=", "<<"):
        raise BadScalar(f"invalid value `{text}`: reserved in YAML 1.1", f'put it in quotes: `"{text}"`')
    return _BOOLEANS.get(text, text)


def tagged(tag: str, text: str) -> Scalar:
    """Make a scalar with an explicit standard tag, such as `!!int "8"`; raises BadScalar where that cannot be."""
    try:
        match tag:
            case "str":
                return text
            case "int":
                return _int(text)
            case "float":
                return _float(text)
            case "null":
                return None
            case "bool":
                return _BOOLEANS[text.lower()]
            case "binary":
                return base64.decodebytes(text.encode("ascii"))
    except (ValueError, KeyError, IndexError, binascii.Error):
        raise BadScalar(f"invalid value `{_short(text)}` for the tag `!!{tag}`", f"remove the tag `!!{tag}`") from None
    raise BadScalar(f"unsupported tag `!!{tag}`", f"remove the tag `!!{tag}`")


def _int(text: str) -> int:
    sign, digits = _sign(text.replace("_", ""))
    try:
        if digits.startswith("0b"):
            return sign * int(digits[2:], 2)
        if digits.startswith("0x"):
            return sign * int(digits[2:], 16)
        if digits[0] == "0" and digits != "0":
            return sign * int(digits, 8)
        return sign * _sexagesimal(digits, int)
    except ValueError:
        raise BadScalar(f"invalid integer `{_short(text)}`", "put it in quotes to make it a string") from None


def _float(text: str) -> float:
    sign, digits = _sign(text.replace("_", "").lower())
    if digits in (".inf", ".nan"):
        return sign * float(digits[1:])
    return sign * _sexagesimal(digits, float)


def _sign(text: str) -> tuple[int, str]:
    """A number's sign, and what is behind it."""
    return -1 if text[0] == "-" else 1, text[1:] if text[0] in "+-" else text


def _sexagesimal(digits: str, number: type[_Number]) -> _Number:
    total, base = number(0), 1
    for part in reversed(digits.split(":")):  # from the right, so that floats are rounded as PyYAML rounds them
        total += number(part) * base
        base *= 60
    return total


def shown(value: Any) -> str:
    """A value as YAML has it, on one line; text in a list or a mapping is quoted where it would be something else."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(key)}: {literal(item)}' for key, item in value.items())}}}"
    if isinstance(value, float) and not math.isfinite(value):
        return re.sub("(?=inf|nan)", ".", str(value))
    return str(value)


def literal(value: Any) -> str:
    """A value as YAML has it; text is quoted where it would be something else."""
    if not isinstance(value, str):
        return shown(value)
    return value if is_plain(value) else quoted(value)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def is_plain(text: str) -> bool:
    """Whether a text may stand in a list without quotes, and is a text there."""
    return _PLAIN.fullmatch(text) is not None and text.isprintable() and plain(text) == text


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:20]}… ({len(text)} characters)"
