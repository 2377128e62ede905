"""Write comments that ask for silence about what is wrong now: `--add-ignores`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from roll_schema import fix, tree
from roll_schema.diagnostic import Diagnostic, Edit
from roll_schema.text import Source

_NAMES = re.compile(r"#[ \t]*roll-lint:[ \t]*ignore\[(?P<names>[^\]\n]*)\]")
_FILE = re.compile(r"#[ \t]*roll-lint:[ \t]*ignore-file\[(?P<names>[^\]\n]*)\]")


def add(source: Source, items: Iterable[Diagnostic]) -> tuple[str, int]:
    """The text with comments at the lines of diagnostics, and how many are answered by them.

    A problem of the whole file is answered for the file. A line that cannot have a comment, such as one inside of a
    text over several lines, is left as it is.
    """
    text, answered = source.text, 0
    by_line: dict[int, list[str]] = {}
    for item in items:
        if item.span.source is source:
            whole = item.span.start == item.span.end == 0
            by_line.setdefault(0 if whole else item.span.first.line, []).append(item.rule)
    # From below, so that the lines above keep their numbers.
    for line, rules in sorted(by_line.items(), reverse=True):
        here = Source(source.name, text)
        edited = fix.apply(here, [_edit(here, line, list(dict.fromkeys(rules)))])
        if _means(edited) == _means(text):
            text, answered = edited, answered + len(rules)
    return text, answered


def _edit(source: Source, line: int, rules: list[str]) -> Edit:
    """A comment behind a line, or more names in one that is there; line 0 stands for the file."""
    start = source.line_starts[max(line, 1) - 1]
    end = start + len(source.line_text(max(line, 1)))
    there = _FILE.search(source.text) if line == 0 else _NAMES.search(source.text, start, end)
    if there is not None:
        names = [name for name in re.split(r"[\s,]+", there["names"]) if name]
        more = ", ".join(dict.fromkeys([*names, *rules]))
        return Edit(source.span(there.start("names"), there.end("names")), more, safe=True)
    listed = ", ".join(rules)
    if line == 0:
        ending = "\r\n" if "\r\n" in source.text else "\n"
        return Edit(source.span(0, 0), f"# roll-lint: ignore-file[{listed}]{ending}", safe=True)
    return Edit(source.span(end, end), f"  # roll-lint: ignore[{listed}]", safe=True)


def _means(text: str) -> object:
    """What a text says, for comparing; its faults where it is no YAML."""
    root, faults = tree.parse(Source("", text))
    return tree.plain(root) if root is not None else [fault.rule for fault in faults]
