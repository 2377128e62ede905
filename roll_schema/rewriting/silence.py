"""Write comments that ask for silence about what is wrong now: `--add-ignores`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from roll_schema.engine import linting, suppress
from roll_schema.engine.options import Options
from roll_schema.rewriting.repair import Repair
from roll_schema.source import editing, tree
from roll_schema.source.diagnostic import Diagnostic, Edit
from roll_schema.source.text import Source, line_end


def silenced(path: Path, source: Source, options: Options) -> Repair:
    """A config with comments at all that is wrong with it, linted again."""
    result = linting.lint(path, source, options)
    if not result.was_checked:
        return Repair(source.text, result, ())  # what is wrong hides the rest, and cannot be silenced
    text, answered = add(source, result.diagnostics)
    return Repair(text, linting.lint(path, Source(source.name, text), options), tuple(answered))


def add(source: Source, items: Iterable[Diagnostic]) -> tuple[str, list[Diagnostic]]:
    """The text with comments at the lines of diagnostics, and those that are answered by them.

    A problem of the whole file is answered for the file. A line that cannot have a comment, such as one inside of a
    text over several lines, is left as it is.
    """
    text, meaning = source.text, _means(source.text)
    answered: list[Diagnostic] = []
    by_line: dict[int, list[Diagnostic]] = {}
    for item in items:
        if item.span.source is source:
            whole = item.span.start == item.span.end == 0
            by_line.setdefault(0 if whole else item.span.first.line, []).append(item)
    # From below, so that the lines above keep their numbers.
    for line, found in sorted(by_line.items(), reverse=True):
        here = Source(source.name, text)
        edited = editing.apply(here, [_edit(here, line, list(dict.fromkeys(item.rule for item in found)))])
        if _means(edited) == meaning:
            text = edited
            answered += found
    return text, answered


def _edit(source: Source, line: int, rules: list[str]) -> Edit:
    """A comment behind a line, or more names in one that is there; line 0 stands for the file."""
    comments, _ = suppress.comments(source, None)
    there = (one.names for one in comments if (one.of_file if line == 0 else one.span.first.line == line))
    if names := next(filter(None, there), None):
        more = "".join(f", {rule}" for rule in rules if rule not in names)
        last = max(span.end for span in names.values())
        return Edit(source.span(last, last), more, safe=True)
    listed = ", ".join(rules)
    if line == 0:
        return Edit(source.span(0, 0), f"# roll-lint: ignore-file[{listed}]{line_end(source.text)}", safe=True)
    end = source.line_starts[line - 1] + len(source.line_text(line))
    return Edit(source.span(end, end), f"  # roll-lint: ignore[{listed}]", safe=True)


def _means(text: str) -> object:
    """What a text says, for comparing; its faults where it is no YAML."""
    root, faults = tree.parse(Source("", text))
    return tree.plain(root) if root is not None else [fault.rule for fault in faults]
