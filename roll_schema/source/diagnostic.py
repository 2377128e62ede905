"""What the linter has to say: frozen, comparable, printable."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from roll_schema.source.text import Span


class Severity(str, Enum):
    """error: ROLL or its backend stops, or silently trains something else; warning: very likely wrong; info: advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


FAILS = (
    "at load",
    "at start",
    "at worker start",
    "at first step",
    "at evaluation",
    "at save",
    "at resume",
    "silently",
    "wastefully",
)
"""When ROLL would have failed; in the order in which a run gets there."""


class Note(NamedTuple):
    """A further place that explains a diagnostic: a use, an include, a value that was replaced."""

    message: str
    span: Span


class Edit(NamedTuple):
    """A replacement of a span's text; `safe` when it cannot change what the config means beyond the fix."""

    span: Span
    text: str
    safe: bool


class Fault(NamedTuple):
    """What a floor below the rules found wrong; the rule of that name gives severity, time of failure and manual.

    `variable` is the key of the top level that a `${…}` asks for in vain, or that a missing fragment is named after.
    `blocking`: what follows it was not checked, so that no setting may hide it.
    """

    rule: str
    message: str
    span: Span
    help: str = ""
    path: str | None = None
    notes: tuple[Note, ...] = ()
    edits: tuple[Edit, ...] = ()
    variable: str = ""
    blocking: bool = False


class Diagnostic(NamedTuple):
    """One problem at one place; `path` is the dotted config path (`a.b[0].c`), `fails` one of FAILS or empty.

    `blocking`: because of it a part of the config was not checked; it cannot be filtered, and stays an error.
    """

    rule: str
    severity: Severity
    message: str
    span: Span
    fails: str = ""
    help: str = ""
    path: str | None = None
    notes: tuple[Note, ...] = ()
    edits: tuple[Edit, ...] = ()
    blocking: bool = False

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        first = self.span.first
        return (self.span.source.name, first.line, first.column, self.rule, self.message)
