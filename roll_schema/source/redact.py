"""Values that a config calls secret, wherever they turn up: `${...}` carries them to other keys and into messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from roll_schema.source import files
from roll_schema.source.diagnostic import Diagnostic
from roll_schema.source.secrets import MASK, clean, is_secret_key, is_secret_path, mask

if TYPE_CHECKING:
    from roll_schema.source.tree import Node

_VARIABLE = re.compile(r"oc\.env\s*:\s*(\w+)")
_SHORTEST = 6
"""Letters below which a value is too common to be looked for in texts."""


def secret_values(root: Node | None) -> frozenset[str]:
    """What stands at and below keys whose names say that it is secret, and in such variables of the environment."""
    from roll_schema.source.tree import walk  # reports of what the cache knows do without the parser

    found: set[str] = set()
    for path, node in walk(root) if root is not None else ():
        value = node.value
        if is_secret_path(path) and isinstance(value, (str, int, float)) and not isinstance(value, bool):
            found |= {str(value), node.span.text.strip("\"'")}
        if isinstance(value, str) and "oc.env" in value:
            names = filter(is_secret_key, _VARIABLE.findall(value))
            found |= {files.variable(name) or "" for name in names}
    return frozenset(value for value in found if len(value) >= _SHORTEST and "${" not in value)


def without(text: str, values: Iterable[str]) -> str:
    """The text with those values replaced; longer ones first, since one may hold another."""
    for value in sorted(values, key=len, reverse=True):
        if value in text:
            text = text.replace(value, MASK)
    return text


def starred(line: str, values: Iterable[str]) -> str:
    """A line of a config with stars for its secrets, so that columns stay where they are."""
    for value in sorted(values, key=len, reverse=True):
        if value in line:
            line = line.replace(value, "*" * len(value))
    return mask(line)


def shown(text: str, values: Iterable[str]) -> str:
    """What may be shown of a text, on one line."""
    return clean(without(text, values))


def is_secret(text: str, path: str | None, values: Iterable[str]) -> bool:
    """Whether a text holds something that must not be shown, not even as a hash."""
    return is_secret_path(path) or mask(text) != text or any(value in text for value in values)


def redacted(item: Diagnostic, values: Iterable[str]) -> Diagnostic:
    """A diagnostic whose words have no secret in them."""
    notes = tuple(note._replace(message=without(note.message, values)) for note in item.notes)
    return item._replace(message=without(item.message, values), help=without(item.help, values), notes=notes)
