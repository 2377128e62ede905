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


class Effect(Enum):
    """What ROLL makes of the problem, as people read it; in the order in which a run gets there."""

    LOAD = "fails at load"
    STARTUP = "fails at startup"
    WORKER_START = "fails when workers start"
    FIRST_STEP = "fails at the first step"
    EVALUATION = "fails at evaluation"
    SAVING = "fails when saving"
    RESUMING = "fails when resuming"
    IGNORED = "silently ignored"
    DIFFERENT = "silently different"
    WASTEFUL = "wasteful"

    @property
    def code(self) -> str:
        """The stable word of it in reports for programs."""
        return _CODES[self]


_CODES = {
    Effect.LOAD: "at load",
    Effect.STARTUP: "at start",
    Effect.WORKER_START: "at worker start",
    Effect.FIRST_STEP: "at first step",
    Effect.EVALUATION: "at evaluation",
    Effect.SAVING: "at save",
    Effect.RESUMING: "at resume",
    Effect.IGNORED: "silently",
    Effect.DIFFERENT: "silently",
    Effect.WASTEFUL: "wastefully",
}


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
    """One problem at one place; `path` is the dotted config path (`a.b[0].c`).

    `blocking`: because of it a part of the config was not checked; it cannot be filtered, and stays an error.
    """

    rule: str
    severity: Severity
    message: str
    span: Span
    effect: Effect | None = None
    help: str = ""
    path: str | None = None
    notes: tuple[Note, ...] = ()
    edits: tuple[Edit, ...] = ()
    blocking: bool = False

    @property
    def fails(self) -> str:
        """The stable code of the effect; empty where there is none."""
        return self.effect.code if self.effect else ""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        first = self.span.first
        return (self.span.source.name, first.line, first.column, self.rule, self.message)
