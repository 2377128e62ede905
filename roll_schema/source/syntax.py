"""Syntax errors at their cause: at the line whose smallest repair lets the parser read on.

A parser stops at wrong indentation, at a bracket or quote that is never closed, and at a missing `:` only lines below.
So small repairs of the lines above are tried, the likeliest first, and the first that works tells which line is wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from roll_schema.source import loader
from roll_schema.source.diagnostic import Fault, Note
from roll_schema.source.text import YAML_LINE_ENDS, Source, Span, yaml_line_start, yaml_lines

_WINDOW = 60
"""Lines above the place where the parser stops among which the cause is looked for."""
_NEAR = 4
"""Lines above and below a line that show how it should be indented."""
_MOST = 24
"""Lines that are tried with another indentation, and places in a line that are tried for a closing bracket."""
_LARGEST = 300_000
"""Characters of the largest text whose errors are looked into."""
_EFFORT = 1_500_000
"""Characters that are parsed at most to find the cause of one error."""

_TABS = re.compile(r"\t+")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")
_DASHES = re.compile(r"(?:- +)*")
_STRUCTURE = re.compile(r"""-(?: |$)|(?:[^\s#'"\[\]{},&*!|>%@`-][^#]*?|(?:'[^']*'|"[^"]*") *):(?: |$)""")
_HOLDER = re.compile(r"(?:.*:|-)(?: +[|>&!].*)?$")
_BLOCK_TEXT = re.compile(r": +[|>][-+0-9]*$")
_BRACKET = re.compile(r"""\$\{[^{}]*\}|(?<![^\s\[{,:-])(?:'[^']*'|"(?:[^"\\]|\\.)*")|(?<!\S)#.*|[\[\]{}]""")
_OPEN_QUOTE = re.compile(r"""(?:^|[\[{, ])(?P<quote>["'])(?:(?!(?P=quote)).)*$""")
_WITHOUT_COLON = re.compile(r"(?P<key>[\w.-]+)(?: +|$)")
_WITHOUT_SPACE = re.compile(r"(?P<key>[\w.-]+):(?=\S)")
_PAIRS = {"[": ("]", "bracket"), "{": ("}", "brace"), "'": ("'", "quote"), '"': ('"', "quote")}
_INVISIBLE = {"\x85": "next line", "\u2028": "line separator", "\u2029": "paragraph separator"}
_TOP_LEVEL = re.compile(r"(?<![^\r\n])[^\s#\-]")


@dataclass(slots=True, eq=False)
class _Line:
    """A line as YAML counts them, without its line end, and its offset.

    `content` is the text behind the indentation, without a comment; `is_structure` says that a key or an item of a list
    begins here, `inner` is the column of what stands behind the dashes of items.
    """

    start: int
    text: str
    width: int = field(init=False)
    content: str = field(init=False)
    is_structure: bool = field(init=False)
    inner: int = field(init=False)

    def __post_init__(self) -> None:
        self.width = len(self.text) - len(self.text.lstrip(" "))
        comment = _COMMENT.search(self.text) if "#" in self.text else None
        self.content = self.text[self.width : comment.start() if comment else None].rstrip(" \t")
        self.is_structure = _STRUCTURE.match(self.content) is not None
        dashes = _DASHES.match(self.content)
        self.inner = self.width + (dashes.end() if dashes else 0)

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class _Repair(NamedTuple):
    """Lines to write anew, and what is wrong from one offset to another without that.

    `number` is the line to blame, `moved` by how much it is indented otherwise; `weight` is more for what is rarer.
    """

    written: dict[int, str]
    number: int
    start: int
    end: int
    message: str
    help: str
    moved: int = 0
    weight: int = 0

    def made(self, lines: list[_Line], first: int, last: int) -> list[_Line]:
        """Some lines with this repair."""
        made = lines[first:last]
        for number, text in self.written.items():
            made[number - first] = _Line(0, text)
        return made


def diagnose(source: Source, text: str, error: YAMLError) -> Fault:
    """A syntax error of a text at its cause; `text` is the source's, with what is known to be wrong blanked out."""
    if not isinstance(error, MarkedYAMLError):
        place = min(getattr(error, "position", 0), len(text))
        message, help = str(error), ""
        if text[place:]:
            character = f"character U+{ord(text[place]):04X}"
            message, help = f"{character} is not allowed in YAML", f"remove {character}"
        return Fault("syntax-error", message, source.span(place, min(place + 1, len(text))), help)
    mark = error.problem_mark or error.context_mark
    place = min(mark.index, len(text))
    if tabs := _TABS.match(text, place):
        return _tab(source.span(*tabs.span()))
    message = ": ".join(" ".join(part.split()) for part in (error.context, error.problem) if part)
    stopped = source.span(place, min(place + 1, len(text)))
    suspect = error.context_mark.index if error.context == "while scanning a simple key" else place
    repair = _likeliest(text, place, suspect) if len(text) <= _LARGEST else None
    start, end, cause, help = repair[2:6] if repair else _opened(text, error, place) or (place, place + 1, message, "")
    span = source.span(start, min(end, len(text)))
    is_far = span.first.line != stopped.first.line
    notes = (Note(f"the parser stops here: {message}", stopped),) if is_far else ()
    return Fault("syntax-error", cause, span, help=help, notes=notes)


def _opened(text: str, error: MarkedYAMLError, place: int) -> tuple[int, int, str, str] | None:
    """Where a bracket or quote opens that is still open where the parser stopped, some lines below."""
    mark = error.context_mark
    if mark is None or text[mark.index : mark.index + 1] not in _PAIRS or mark.index >= yaml_line_start(text, place):
        return None
    closer, name = _PAIRS[text[mark.index]]
    return mark.index, mark.index + 1, f"this {name} is never closed", f"write the closing `{closer}`"


def _likeliest(text: str, place: int, suspect: int) -> _Repair | None:
    """The repair with which the parser reads on from where it stopped; at the suspect place it waited for a `:`."""
    lines = _lines(text)
    stop, missed = (max(n for n, line in enumerate(lines) if line.start <= offset) for offset in (place, suspect))
    first, last = _block(lines, max(0, stop - _WINDOW), stop)
    if _is_read(lines[first:last]):
        first = 0  # the cause is further up, such as a quote that is closed by the next one
    step = _step(lines)

    def cost(repair: _Repair) -> tuple[int, int, int, int]:
        return _unevenness(repair.made(lines, first, last), step), repair.moved, repair.weight, stop - repair.number

    window = [missed, *range(max(first, stop - _WINDOW), stop + 1)]
    repairs = chain(
        _joined(text, lines, first, stop),
        _closed(lines, first, stop),
        _parted(lines, window),
        _moved(lines, first, last, stop, missed, step),
    )
    tries = _EFFORT // (lines[last - 1].end - lines[first].start + 1)
    for repair in sorted(islice(repairs, 4 * tries), key=cost)[:tries]:
        if _is_read(repair.made(lines, first, last)):
            return repair
    return None


def _lines(text: str) -> list[_Line]:
    start, found = 0, []
    for line in yaml_lines(text) or [""]:
        found.append(_Line(start, line.rstrip(YAML_LINE_ENDS)))
        start += len(line)
    return found


def _block(lines: list[_Line], begin: int, end: int) -> tuple[int, int]:
    """The lines of the top-level keys from one line to another: the first, and the one behind the last."""
    tops = [number for number, line in enumerate(lines) if line.width == 0 and line.is_structure]
    first = max((number for number in tops if number <= begin), default=0)
    return first, min((number for number in tops if number > end), default=len(lines))


def _is_read(lines: list[_Line]) -> bool:
    text = "\n".join(line.text for line in lines)
    try:
        for _ in loader.parsers(text)[0](text):
            pass
    except YAMLError:
        return False
    return True


def _step(lines: list[_Line]) -> int:
    """By how much more than its parent a line is usually indented."""
    widths = [line.width for line in lines if line.is_structure]
    steps = Counter(width - above for above, width in pairwise(widths) if width > above)
    return steps.most_common(1)[0][0] if steps else 2


def _unevenness(lines: list[_Line], step: int) -> int:
    """How often lines are unusual: deeper by another step, back to where no line above is, a key without a value."""
    levels: list[int] = []
    count = 0
    is_empty = False
    text_of: int | None = None
    for line in lines:
        if text_of is not None and (not line.content or line.width > text_of):
            continue
        text_of = line.width if _BLOCK_TEXT.search(line.content) else None
        if not line.is_structure:
            continue
        is_item = line.content.startswith("-")
        count += is_empty and line.width <= levels[-1] - is_item
        is_empty = line.content.endswith(":")
        is_back = bool(levels) and levels[-1] > line.width
        while levels and levels[-1] > line.width:
            levels.pop()
        if not levels:
            count += line.width > 0
        elif levels[-1] < line.width:
            count += 2 if is_back else line.width - levels[-1] != step
        levels += [line.width, line.inner]
    return count


def _joined(text: str, lines: list[_Line], first: int, stop: int) -> Iterator[_Repair]:
    """Lines that YAML parts and editors do not, as one."""
    for number in range(max(first, stop - 2), stop):
        line, below = lines[number], lines[number + 1]
        if name := _INVISIBLE.get(text[line.end]):
            message = f"invisible character U+{ord(text[line.end]):04X} ({name}) ends a line in YAML"
            written = {number: f"{line.text} {below.text}", number + 1: ""}
            start = lines[first].start + len(text[lines[first].start : line.end + 1].rstrip("".join(_INVISIBLE)))
            yield _Repair(written, number, start, line.end + 1, message, "replace it with a space")


def _closed(lines: list[_Line], first: int, stop: int) -> Iterator[_Repair]:
    """Brackets and quotes that are closed on their line, or before the next key."""
    opened: list[tuple[int, int]] = []
    for number in range(first, stop + 1):
        line = lines[number]
        for found in _BRACKET.finditer(line.text):
            if found[0] in ("[", "{"):
                opened.append((number, found.start()))
            elif opened and found[0] == _PAIRS[lines[opened[-1][0]].text[opened[-1][1]]][0]:
                opened.pop()
        if quote := _OPEN_QUOTE.search(line.content):
            yield from _closings(lines, number, line.width + quote.start("quote"), stop)
    for number, column in opened:
        yield from _closings(lines, number, column, stop)


def _closings(lines: list[_Line], number: int, column: int, stop: int) -> Iterator[_Repair]:
    line = lines[number]
    closer, name = _PAIRS[line.text[column]]
    end = line.width + len(line.content)
    inside = [found.start() for found in re.finditer(r"[\]},]", line.text[:end]) if found.start() > column][:_MOST]
    # `c:}` would be one word.
    after = f" {closer}" if closer in "]}" else closer
    written = [{number: line.text[:at] + after + line.text[at:]} for at in (end, *inside)]
    if end == column + 1:  # what it should hold is below
        written.append({number: line.text[:column]})
    below = (one for one in range(number + 1, stop + 1) if lines[one].is_structure and lines[one].width <= line.width)
    if (last := next(below, stop) - 1) > number:
        written.append({last: f"{lines[last].text} {closer}"})
    for one in written:
        start = line.start + column
        yield _Repair(one, number, start, start + 1, f"this {name} is never closed", f"write the closing `{closer}`")


def _parted(lines: list[_Line], window: Iterable[int]) -> Iterator[_Repair]:
    """Keys that have a `:` with a space behind it."""
    for number in window:
        line = lines[number]
        at = line.inner
        if found := _WITHOUT_SPACE.match(line.text, at):
            written = {number: f"{line.text[: found.end()]} {line.text[found.end() :]}"}
            start, end = line.start + at, line.start + found.end()
            yield _Repair(written, number, start, end, "missing space after `:`", f"write `{found[0]} `")
        elif not line.is_structure and (found := _WITHOUT_COLON.match(line.text, at)):
            written = {number: f"{line.text[:at]}{found['key']}: {line.text[found.end() :]}"}
            start, end = line.start + at, line.start + line.width + len(line.content)
            yield _Repair(written, number, start, end, "missing `:` after the key", f"write `{found['key']}:`")


def _moved(lines: list[_Line], first: int, last: int, stop: int, missed: int, step: int) -> Iterator[_Repair]:
    """Lines, alone or with what is below them, that are indented as others around them."""
    heads = [number for number in range(first, stop) if lines[number].is_structure]
    near = {stop, missed, *heads[-_NEAR:]}
    least = max(line.width for line in lines) + 1
    for number in reversed(heads):
        if lines[number].width <= least and len(near) < _MOST:
            near.add(number)
            least = lines[number].width
    for number in near:
        line = lines[number]
        around = lines[max(first, number - _NEAR) : number + _NEAR] + [lines[one] for one in near]
        taken = {one.width for one in around if one.content}
        end = number + 1
        while _HOLDER.match(line.content) and end < last and (not lines[end].content or lines[end].width > line.width):
            end += 1
        is_parent = any(lines[one].content for one in range(number + 1, end))
        widths = (taken | {width + step for width in taken}) - {line.width}
        for width in sorted(widths, reverse=True):
            by = width - line.width
            message = f"expected indentation of {_spaces(width)}, found {line.width}"
            start, stops = line.start + line.width, line.start + line.width + len(line.content)
            is_lone = line.is_structure and not _has_siblings(lines, number, end, width)
            for until in {end, number + 1}:
                written = {one: _indented(lines[one], by) for one in range(number, until)}
                help = f"indent this line by {_spaces(width)}"
                weight = is_lone + 2 * (is_parent and until < end)
                yield _Repair(written, number, start, stops, message, help, abs(by), weight)


def _spaces(number: int) -> str:
    return f"{number} space" if number == 1 else f"{number} spaces"


def _has_siblings(lines: list[_Line], number: int, end: int, width: int) -> bool:
    """Whether lines of a width are above and below some lines, with none between that is indented less."""
    above = (lines[one].width for one in range(number - 1, -1, -1) if lines[one].is_structure)
    below = (lines[one].width for one in range(end, len(lines)) if lines[one].is_structure)
    return next((one for one in above if one <= width), -1) == width >= next(below, width)


def _indented(line: _Line, by: int) -> str:
    return " " * max(0, line.width + by) + line.text[line.width :] if line.content else line.text


def tab_faults(source: Source, text: str, literals: list[tuple[int, int]]) -> Iterator[Fault]:
    """PyYAML takes tabs only inside quotes, block scalars and comments; libyaml is laxer, so it is checked here."""
    if "\t" not in text:
        return
    starts = dict(literals)
    position = 0
    for start in [*sorted(starts), len(text)]:
        yield from _tabs_between(source, text, position, start)
        position = starts.get(start, start)


def _tabs_between(source: Source, text: str, start: int, end: int) -> Iterator[Fault]:
    for line in yaml_lines(text[start:end]):
        comment = _COMMENT.search(line)
        for tab in _TABS.finditer(line, 0, comment.start() if comment else len(line)):
            yield _tab(source.span(start + tab.start(), start + tab.end()))
        start += len(line)


def _tab(span: Span) -> Fault:
    return Fault("tab-character", "tab character between tokens", span, "replace the tab with spaces")


def without_block_at(source: Source, offset: int) -> Source | None:
    """The text with the top-level block around `offset` blanked out (offsets kept), or None when there is none."""
    text = source.text
    begin, end = 0, len(text)
    for match in _TOP_LEVEL.finditer(text):
        if match.start() <= offset:
            begin = match.start()
        else:
            end = match.start()
            break
    blank = re.sub(r"[^\r\n]", " ", text[begin:end])
    if blank == text[begin:end] or not (text[:begin] + text[end:]).strip():
        return None
    return Source(source.name, text[:begin] + blank + text[end:])
