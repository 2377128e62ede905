"""What must not be printed: values of keys that hold secrets, and characters that change how a terminal reads."""

from __future__ import annotations

import re
import unicodedata

MASK = "********"
_SECRET_KEY = (
    r"(?:[\w\-]*(?:api[_\-]?key|secret|secret[_\-]?key|password|passwd|credentials?)"
    r"|(?!(?:pad|eos|bos|unk|sep|cls|mask|stop|start|end|image|think)[_\-])(?:[\w\-]*[_\-])?token)"
)
_IN_LINE = re.compile(
    rf"""(?i)(?<![\w\-])(?P<head>{_SECRET_KEY}['"`]?\s*[:=]\s*)(?P<value>\[[^\]]*|"(?:\\.|[^"\\])*|'(?:''|[^'])*|[^\s\#,}}\]`][^\s,}}`]*)"""
)
_SHAPES = re.compile(r"\b(?:hf_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_\-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{12,})\b")


def is_secret_key(key: object) -> bool:
    """Whether a key's name says that its value is secret; numbers of tokens, and special tokens, are not."""
    return isinstance(key, str) and re.fullmatch(_SECRET_KEY, key, re.I) is not None


def is_secret_path(path: str | None) -> bool:
    """Whether a dotted path leads to, or into, a value that is secret."""
    return path is not None and any(is_secret_key(step) for step in re.split(r"[.\[]", path))


def is_secret_shape(text: str) -> bool:
    """Whether a text has the shape of a well-known service's token."""
    return _SHAPES.search(text) is not None


def mask(text: str) -> str:
    """The text with secrets replaced by as many stars, so that columns stay where they are."""

    def stars(match: re.Match[str]) -> str:
        value = match["value"]
        if "${" in value or value in ("~", "null", "''", '""'):
            return match.group()
        return match["head"] + "*" * len(value)

    return _SHAPES.sub(lambda match: "*" * len(match.group()), _IN_LINE.sub(stars, text))


def printable(text: str) -> str:
    """Control and bidirectional characters as `\\u…`, so that a config cannot steer the terminal or the reader."""
    return "".join(_visible(char) for char in text)


def clean(text: str) -> str:
    """What may be shown of a text, on one line."""
    return printable(mask(text))


def _visible(char: str) -> str:
    if char == "\t":
        return " "
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
    return char


def width(text: str) -> int:
    """Columns that a terminal gives the text."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else unicodedata.combining(char) == 0 for char in text)
