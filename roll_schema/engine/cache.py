"""What linting a config gave, kept for the next time: found by what was asked, true while all that it rests on is.

An entry holds every question to files and environment with its answer (contents as hashes); it counts only if all would
be answered alike now. Where a config names secrets, nothing is kept. A damaged entry is no entry.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from roll_schema.engine.options import Options
from roll_schema.engine.result import Choice, Result
from roll_schema.facts import releases
from roll_schema.source import files, replace
from roll_schema.source.diagnostic import Diagnostic, Edit, Effect, Note, Severity
from roll_schema.source.text import MAX_BYTES, Source, Span, decode
from roll_schema.version import VERSION

T = TypeVar("T")
VARIABLE = "ROLL_LINT_CACHE_DIR"
_DAY = 24 * 60 * 60
_KEPT = 30 * _DAY
"""Seconds after which an entry that nobody used is removed."""


def folder() -> Path:
    """Where entries are kept: the user's folder for caches, or what ROLL_LINT_CACHE_DIR names."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "roll-lint" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "roll-lint"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "roll-lint"


class Cache:
    """The entries of a folder for one way of linting."""

    def __init__(self, place: Path, options: Options) -> None:
        self.place = place
        self._asked = _asked(options)
        # A fork's classes and overrides are read elsewhere.
        self._is_on = options.roll_src is None and not options.overrides

    def lint(self, path: Path, lint: Callable[[], Result]) -> Result:
        """What linting a config gives, or gave."""
        if not self._is_on:
            return lint()
        entry = self._entry("result", path)
        known = _load(entry, _result)
        if known is not None:
            return known
        with files.noted() as answers:
            result = lint()
        if document := _document(result):
            _store(entry, document, answers)
        return result

    def is_config(self, path: Path, find: Callable[[], bool]) -> bool:
        """Whether a file is a config, or was."""
        entry = self._entry("kind", path)
        known = _load(entry, lambda document: bool(document["is_config"]))
        if known is not None:
            return known
        with files.noted() as answers:
            found = find()
        _store(entry, {"is_config": found}, answers)
        return found

    def prune(self) -> None:
        """Remove what nobody used for long; at most once a day."""
        stamp, now = self.place / "pruned", time.time()
        try:
            if stamp.exists() and now - stamp.stat().st_mtime < _DAY:
                return
            stamp.touch()
            for entry in self.place.glob("*/*.json"):
                if now - entry.stat().st_mtime > _KEPT:
                    entry.unlink()
        except OSError:
            return

    def _entry(self, what: str, path: Path) -> Path:
        text = json.dumps([what, self._asked, os.getcwd(), os.path.abspath(path), str(path)])
        key = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
        return self.place / key[:2] / f"{key[2:]}.json"


def _asked(options: Options) -> list[Any]:
    """What decides the result beside files and environment; the package's own files as they are now."""
    told = (options.release, options.pipeline, *map(str, options.search_paths), options.preview)
    sets = [sorted(names) for names in (options.select, options.ignore, options.targets)]
    machines = [options.gpu.name if options.gpu else None, options.cluster, options.nodes, options.gpus_per_node]
    return [VERSION, sys.version_info[:3], _package(), told, sets, machines]


@cache
def _package() -> int:
    """When the package was last changed, which in a checkout is often."""
    latest, pending = 0, [os.path.dirname(os.path.dirname(__file__))]
    while pending:
        with os.scandir(pending.pop()) as found:
            for entry in found:
                if entry.name.endswith((".py", ".json", ".toml")):
                    latest = max(latest, entry.stat().st_mtime_ns)
                elif entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__":
                    pending.append(entry.path)
    return latest


def _load(entry: Path, made: Callable[[dict[str, Any]], T]) -> T | None:
    """What an entry holds, made into what it stands for; None where there is none that still holds."""
    try:
        document = json.loads(entry.read_text(encoding="utf-8"))
        if not files.still_holds({(kind, subject): answer for kind, subject, answer in document["answers"]}):
            return None
        result = made(document)
        if time.time() - entry.stat().st_mtime > _DAY:
            entry.touch()
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None
    return result


def _store(entry: Path, document: dict[str, Any], answers: files.Answers) -> None:
    """Write an entry in one go; a cache that cannot be written is none."""
    document["answers"] = [[kind, subject, answer] for (kind, subject), answer in answers.items()]
    try:
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace.write(entry, json.dumps(document, separators=(",", ":")), may_be_new=True, durable=False)
    except OSError:
        return


def _document(result: Result) -> dict[str, Any] | None:
    """A result as JSON; None for one that must not be kept, or rests on what was not asked through the door."""
    if (
        result.secrets
        or result.facts.name not in releases.NAMES
        or result.facts is not releases.load(result.facts.name)
    ):
        return None
    sources: dict[Source, int] = {}
    for item in (*result.diagnostics, *result.silent):
        for span in (item.span, *(note.span for note in item.notes), *(edit.span for edit in item.edits)):
            sources.setdefault(span.source, len(sources))
    if any(source.line_offset or source.name.startswith("<") for source in sources):
        return None
    return {
        "file": result.file,
        "release": result.release,
        "pipeline": result.pipeline,
        "skipped": result.skipped,
        "manual": result.manual,
        "was": [result.was_composed, result.was_checked, result.was_narrowed],
        "not_run": [result.filtered, result.unselected, result.unknown, sorted(result.unjudged)],
        "facts": result.facts.name,
        "sources": [source.name for source in sources],
        "diagnostics": [_packed(item, sources) for item in result.diagnostics],
        "silent": [_packed(item, sources) for item in result.silent],
    }


def _packed(item: Diagnostic, sources: dict[Source, int]) -> list[Any]:
    def packed(span: Span) -> list[int]:
        return [sources[span.source], span.start, span.end]

    notes = [[note.message, packed(note.span)] for note in item.notes]
    edits = [[packed(edit.span), edit.text, edit.safe] for edit in item.edits]
    effect = item.effect.value if item.effect else None
    told = (item.rule, item.severity.value, item.message, packed(item.span), effect, item.help, item.path)
    return [*told, notes, edits, item.blocking]


def _result(document: dict[str, Any]) -> Result:
    sources = [Source(name, decode(files.read(Path(name), MAX_BYTES), name).text) for name in document["sources"]]

    def span(packed: list[int]) -> Span:
        return sources[packed[0]].span(packed[1], packed[2])

    def items(rows: list[list[Any]]) -> Iterator[Diagnostic]:
        for rule, severity, message, place, effect, advice, path, notes, edits, blocking in rows:
            yield Diagnostic(
                rule, Severity(severity), message, span(place), Effect(effect) if effect else None, advice, path,
                tuple(Note(text, span(where)) for text, where in notes),
                tuple(Edit(span(where), text, safe) for where, text, safe in edits),
                blocking,
            )  # fmt: skip

    result = Result(
        document["file"],
        Choice(*document["release"]),
        releases.load(document["facts"]),
        Choice(*document["pipeline"]),
        list(items(document["diagnostics"])),
        [(rule, fact) for rule, fact in document["skipped"]],
        silent=list(items(document["silent"])),
        manual=document["manual"],
    )
    result.was_composed, result.was_checked, result.was_narrowed = document["was"]
    result.filtered, result.unselected, result.unknown, unjudged = document["not_run"]
    result.unjudged = set(unjudged)
    return result
