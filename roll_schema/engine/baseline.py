"""Problems that are known: written to a file once, and not shown again until they change."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from roll_schema.engine.fingerprint import fingerprints
from roll_schema.engine.result import Result
from roll_schema.rules.renamed import RENAMED
from roll_schema.source import replace
from roll_schema.source.diagnostic import Diagnostic
from roll_schema.source.files import relative

VERSION = 1


class InvalidBaseline(ValueError):
    """A baseline that cannot be read, or is none."""


@dataclass(frozen=True, order=True, slots=True)
class Known:
    """A problem: its file, counted from the baseline's folder, its rule, and its fingerprint."""

    file: str
    rule: str
    fingerprint: str


def write(path: Path, results: Sequence[Result], kept: Iterable[Known] = ()) -> int:
    """Write what is wrong as known, with what is `kept` of files that were not looked at; gives how much that is.

    Raises OSError.
    """
    checked = [result for result in results if result.was_checked]
    known = {_known(item, mark, path) for result in checked for item, mark in fingerprints(result.diagnostics)}
    linted = {_named(result.file, path) for result in checked}
    known |= {one for one in kept if one.file not in linted and os.path.lexists(path.parent / one.file)}
    rows = [asdict(one) for one in sorted(known)]
    replace.write(path, json.dumps({"version": VERSION, "known": rows}, indent=1) + "\n", may_be_new=True)
    return len(rows)


def read(path: Path) -> set[Known]:
    """The known problems; raises InvalidBaseline."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidBaseline(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        if document["version"] != VERSION:
            raise InvalidBaseline(f"{path} is a baseline of another version: write it again")
        return {Known(str(row["file"]), str(row["rule"]), str(row["fingerprint"])) for row in document["known"]}
    except (KeyError, TypeError):
        raise InvalidBaseline(f"{path} is no baseline: write one with --write-baseline") from None


def apply(path: Path, known: set[Known], results: Iterable[Result]) -> list[Known]:
    """Take what is known out of the results; gives what is known of these and of lost files and no longer occurs.

    Of a config that could not be checked, nothing is known: whatever is wrong with it hides the rest.
    """
    met: set[Known] = set()
    files: set[str] = set()
    for result in results:
        if result.was_checked and not result.was_narrowed:
            files.add(_named(result.file, path))
        shown: list[Diagnostic] = []
        for item, names in _with_former(result.diagnostics, path):
            if (same := names & known) and result.was_checked:
                met |= same
                result.known.append(item)
            else:
                shown.append(item)
        result.diagnostics = shown
    return sorted(one for one in known - met if one.file in files or not os.path.lexists(path.parent / one.file))


def _with_former(items: list[Diagnostic], path: Path) -> list[tuple[Diagnostic, set[Known]]]:
    """Each problem as it is known, under the name of its rule and the former ones."""
    found = [(item, {_known(item, mark, path)}) for item, mark in fingerprints(items)]
    for former, rules in RENAMED.items():
        renamed = [(item._replace(rule=former), names) for item, names in found if item.rule in rules]
        marked = fingerprints(item for item, _ in renamed)
        for (item, mark), (_, names) in zip(marked, renamed, strict=True):
            names.add(_known(item, mark, path))
    return found


def _known(item: Diagnostic, mark: str, path: Path) -> Known:
    return Known(_named(item.span.source.name, path), item.rule, mark)


def _named(name: str, path: Path) -> str:
    return relative(name, path.parent).as_posix()
