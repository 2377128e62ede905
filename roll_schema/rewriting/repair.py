"""Make the edits that diagnostics propose: round by round until none is left, and none that breaks something else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from roll_schema.engine import linting
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.source import editing
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.text import Source

_MAX_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Repair:
    """The text after all edits, what it still has wrong, and the diagnostics that were answered."""

    text: str
    result: Result
    done: tuple[Diagnostic, ...]


def repair(path: Path, source: Source, options: Options, *, unsafe: bool = False) -> Repair:
    """Edit a config's own text, never its fragments; an edit after which there is a new error is not made."""
    result = linting.lint(path, source, options)
    done: list[Diagnostic] = []
    for _ in range(_MAX_ROUNDS):
        proposed = [item for item in result.diagnostics if _may(item, source, unsafe)]
        made = _together(path, source, options, result, proposed) or _one(path, source, options, result, proposed)
        if made is None:
            break
        source, result, answered = made
        done += answered
    return Repair(source.text, result, tuple(done))


_Made = tuple[Source, Result, list[Diagnostic]]


def _may(item: Diagnostic, source: Source, unsafe: bool) -> bool:
    return bool(item.edits) and all(edit.span.source is source and (edit.safe or unsafe) for edit in item.edits)


def _together(path: Path, source: Source, options: Options, before: Result, items: list[Diagnostic]) -> _Made | None:
    """All edits that do not overlap at once; None where there are none, or they do harm together."""
    chosen: list[Diagnostic] = []
    for item in items:
        if not any(_overlap(item, other) for other in chosen):
            chosen.append(item)
    return _tried(path, source, options, before, chosen)


def _one(path: Path, source: Source, options: Options, before: Result, items: list[Diagnostic]) -> _Made | None:
    """The first diagnostic whose edits do no harm by themselves."""
    tried = (_tried(path, source, options, before, [item]) for item in items)
    return next((made for made in tried if made is not None), None)


def _tried(path: Path, source: Source, options: Options, before: Result, items: list[Diagnostic]) -> _Made | None:
    if not items:
        return None
    edited = Source(source.name, editing.apply(source, (edit for item in items for edit in item.edits)))
    after = linting.lint(path, edited, options)
    # Where rules are selected, those on YAML itself may not be among them.
    harm = bool(_errors(after) - _errors(before)) or after.was_checked < before.was_checked
    return (edited, after, items) if edited.text != source.text and not harm else None


def _errors(result: Result) -> set[tuple[str, str | None]]:
    return {(item.rule, item.path) for item in result.diagnostics if item.severity is Severity.ERROR}


def _overlap(item: Diagnostic, other: Diagnostic) -> bool:
    spans = [(edit.span.start, edit.span.end) for edit in item.edits]
    others = [(edit.span.start, edit.span.end) for edit in other.edits]
    return any(a <= d and c <= b for a, b in spans for c, d in others)
