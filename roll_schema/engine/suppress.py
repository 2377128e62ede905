"""Comments that ask for silence: `# roll-lint: ignore[rule, group] reason`.

Behind a value the comment is about its line; on a line of its own, about the key below it with its whole value; as
`ignore-file[...]`, about the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from roll_schema.rules import GROUPS, RULES
from roll_schema.rules.renamed import RENAMED, current
from roll_schema.source.diagnostic import Diagnostic, Edit, Fault
from roll_schema.source.text import YAML_LINE_ENDS, Source, Span, closest, yaml_line_end, yaml_line_start
from roll_schema.source.tree import Node, walk

_COMMENT = re.compile(
    r"#[ \t]*roll-lint:[ \t]*ignore(?P<file>-file)?(?![\w-])"
    rf"(?:\[(?P<names>[^\]{YAML_LINE_ENDS}]*)\])?[^{YAML_LINE_ENDS}]*"
)
_NAME = re.compile(r"[^\s,]+")
_NEVER = ("invalid-setting", "unused-ignore")


@dataclass(slots=True)
class Ignore:
    """One comment: the lines that it is about (first, last), the names in it by their spans, and those of use."""

    span: Span
    of_file: bool
    lines: tuple[int, int]
    names: dict[str, Span]
    used: set[str] = field(default_factory=set)

    def answers(self, item: Diagnostic) -> bool:
        """Whether this asks for silence about a diagnostic; remembers that it did."""
        first, last = item.span.first.line, item.span.last.line
        is_fixed = item.blocking or item.rule in _NEVER
        if is_fixed or not (self.lines[0] <= first <= self.lines[1] or first <= self.lines[0] <= last):
            return False
        group = RULES[item.rule].group
        found = {name for name in self.names if name == group or item.rule in current(name)}
        self.used |= found
        return bool(found)


def comments(source: Source, root: Node | None) -> tuple[list[Ignore], list[Fault]]:
    """The comments of a text, and what is wrong with them; what looks like one inside of a value is none."""
    if "roll-lint:" not in source.text:
        return [], []
    values = [] if root is None else _values(root, source)
    ignores: list[Ignore] = []
    faults: list[Fault] = []
    for found in _COMMENT.finditer(source.text):
        if any(start <= found.start() < end for start, end in values):
            continue
        span = source.span(found.start(), found.end())
        start = found.start("names")
        names = {
            name[0]: source.span(start + name.start(), start + name.end())
            for name in _NAME.finditer(found["names"] or "")
        }
        faults += _wrong(span, names)
        ignores.append(Ignore(span, bool(found["file"]), _lines(source, found), names))
    return ignores, faults


def apply(items: Iterable[Diagnostic], ignores: list[Ignore]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Diagnostics to show, and those that a comment asked not to."""
    shown: list[Diagnostic] = []
    silent: list[Diagnostic] = []
    for item in items:
        asked = [ignore for ignore in ignores if ignore.span.source is item.span.source and ignore.answers(item)]
        (silent if asked else shown).append(item)
    return shown, silent


def unused(ignores: Iterable[Ignore], was_checked: Callable[[str], bool]) -> Iterator[Fault]:
    """Names in comments that nothing answers to, of those that were checked; removable."""
    for ignore in ignores:
        idle = [name for name in ignore.names if name not in ignore.used and was_checked(name)]
        for name in idle:
            whole = len(idle) == len(ignore.names)
            removal = _without_comment(ignore.span) if whole else _without_name(ignore.names[name])
            message = f"nothing here is found by `{name}` any more" if name in RULES else f"nothing here is of `{name}`"
            yield Fault("unused-ignore", message, ignore.names[name], "Delete it.", edits=(removal,))


def _values(root: Node, source: Source) -> list[tuple[int, int]]:
    return [
        (node.span.start, node.span.end)
        for _, node in walk(root)
        if node.span.source is source and not isinstance(node.value, (dict, list))
    ]


def _lines(source: Source, found: re.Match[str]) -> tuple[int, int]:
    """The lines that a comment is about."""
    if found["file"]:
        return 1, len(source.line_starts) + source.line_offset
    line = source.position(found.start()).line
    before = source.line_text(line)[: source.position(found.start()).column - 1]
    if before.strip():
        return line, line
    last = len(source.line_starts) + source.line_offset
    below = (number for number in range(line + 1, last + 1) if not _is_empty(source.line_text(number)))
    first = next(below, line)
    return first, _end_of_block(source, first, last)


def _end_of_block(source: Source, first: int, last: int) -> int:
    """The last line of the key on a line: those below it that are indented further, or items of its list."""
    depth = _depth(source.line_text(first))
    end = first
    for number in range(first + 1, last + 1):
        text = source.line_text(number)
        if _is_empty(text):
            continue
        is_item = _depth(text) == depth and _is_item(text) and not _is_item(source.line_text(first))
        if _depth(text) <= depth and not is_item:
            break
        end = number
    return end


def _is_item(text: str) -> bool:
    return text.lstrip().startswith("- ")


def _is_empty(text: str) -> bool:
    return not text.strip() or text.lstrip().startswith("#")


def _depth(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _wrong(span: Span, names: dict[str, Span]) -> Iterator[Fault]:
    if not names:
        message = "an ignore comment must name rules or groups"
        yield Fault("invalid-setting", message, span, "Write `# roll-lint: ignore[RULE] REASON`.")
    for name, place in names.items():
        if name not in RULES and name not in GROUPS and name not in RENAMED:
            close = closest(name, [*RULES, *GROUPS])
            advice = f"Did you mean `{close}`?" if close else "`roll-lint --list-rules` names them."
            yield Fault("invalid-setting", f"there is no rule or group `{name}`", place, advice)


def _without_comment(span: Span) -> Edit:
    """Without the comment and the blanks before it; without its line where nothing else stands there."""
    source, text = span.source, span.source.text
    line = yaml_line_start(text, span.start)
    start = line + len(text[line : span.start].rstrip())
    end = span.end
    if start == line:
        _, end = yaml_line_end(text, end)
    return Edit(source.span(start, end), "", safe=True)


def _without_name(span: Span) -> Edit:
    """Without one of several names, and the comma that parts it from its neighbour."""
    source, text = span.source, span.source.text
    after = re.match(r"\s*,\s*", text[span.end :])
    if after:
        return Edit(source.span(span.start, span.end + after.end()), "", safe=True)
    before = re.search(r"\s*,\s*$", text[: span.start])
    return Edit(source.span(before.start() if before else span.start, span.end), "", safe=True)
