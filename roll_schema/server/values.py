"""Values in a few words, as an editor may show them: without secrets, and as code that stays code."""

from __future__ import annotations

import re

from roll_schema.composition.references import Reference, Steps, references
from roll_schema.server.document import Document
from roll_schema.source import scalars
from roll_schema.source.path import dotted
from roll_schema.source.redact import shown
from roll_schema.source.secrets import MASK, is_secret_path, printable
from roll_schema.source.text import Span
from roll_schema.source.tree import UNKNOWN, Node

_LONGEST = 80


def summary(document: Document, steps: Steps, node: Node) -> str:
    """What a value comes to."""
    value = node.value
    if value is UNKNOWN:
        return "not known here"
    if isinstance(value, dict):
        return f"mapping of {len(value)}"
    if isinstance(value, list):
        return f"list of {len(value)}"
    if is_secret_path(dotted(steps)):
        return MASK
    return shown(scalars.shown(value), document.whole.secrets)[:_LONGEST]


def code(text: str) -> str:
    """A text as code in Markdown, whatever marks it holds."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def place_of(span: Span) -> str:
    """The file and line of a span, as code."""
    return code(f"{printable(span.source.name)}:{span.first.line}")


def reference_at(document: Document, offset: int) -> Reference | None:
    """The innermost `${...}` at an offset."""
    if document.own is None:
        return None
    found = [one for one in references(document.own) if one.span.start <= offset <= one.span.end]
    return min(found, key=lambda one: one.span.end - one.span.start, default=None)
