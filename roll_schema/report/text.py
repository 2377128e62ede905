"""For people: the excerpt with a caret under the exact range, why, what ROLL would do, and the fix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from roll_schema.engine.result import Choice, Result
from roll_schema.report.places import absolute_uri, rule_page
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.redact import shown, starred
from roll_schema.source.secrets import clean, is_secret_path, printable, width

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_MAX_WIDTH = 140


class Style(NamedTuple):
    """What the reader's terminal has: colours, links."""

    color: bool = False
    links: bool = False

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text

    def link(self, text: str, address: str) -> str:
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and address else text


PLAIN = Style()


def full(results: Iterable[Result], style: Style = PLAIN) -> Iterator[str]:
    """One block per diagnostic."""
    for result in results:
        for diagnostic in result.diagnostics:
            yield "\n".join(_block(diagnostic, style, result.manual)) + "\n"


def concise(results: Iterable[Result]) -> Iterator[str]:
    """One line per diagnostic: `file:line:column: severity[rule] message`."""
    for result in results:
        yield from map(one_line, result.diagnostics)


def one_line(diagnostic: Diagnostic) -> str:
    """`file:line:column: severity[rule] message`."""
    first = diagnostic.span.first
    place = f"{diagnostic.span.source.name}:{first.line}:{first.column}"
    return clean(f"{place}: {diagnostic.severity.value}[{diagnostic.rule}] {diagnostic.message}")


_FACTS = {
    "model": "the model's sizes: download it to this machine, so that its config.json can be read",
    "cluster": "the machines: give --nodes and --gpus-per-node",
    "gpu": "the kind of GPU: give --gpu",
    "device_mapping": "a `device_mapping` that can be read without running it: write the numbers out",
}
"""Facts that rules may ask for, and who could give them."""


def skips(results: list[Result]) -> Iterator[str]:
    """Which rules were skipped, file by file, for want of which fact."""
    for result in results:
        for fact in sorted({fact for _, fact in result.skipped}):
            rules = sorted(rule for rule, needed in result.skipped if needed == fact)
            yield clean(f"{result.file}: skipped {', '.join(rules)} for want of {_FACTS.get(fact, fact)}")
        if result.unjudged:
            yield clean(f"{result.file}: stopped at an unknown or invalid value: {', '.join(sorted(result.unjudged))}")


def summary(results: list[Result]) -> str:
    """The closing line: counts, and what was checked against."""
    files = f"{len(results)} file{'s' * (len(results) != 1)}"
    against = clean(f"checked against {_choices('ROLL', [result.release for result in results])}, ")
    against += clean(f"pipeline {_choices('', [result.pipeline for result in results])}")
    counts = [
        f"{number} {severity.value}{'s' * (number != 1)}"
        for severity in Severity
        if (number := sum(result.count(severity) for result in results))
    ]
    skipped = {item for result in results for item in result.lacking}
    needs = sorted({need for _, need in skipped})
    fixable = [item.edits for result in results for item in result.diagnostics if item.edits]
    safe = sum(all(edit.safe for edit in edits) for edits in fixable)
    tail = f"; {safe} fixable with --fix" if safe else ""
    tail += f"; {len(fixable) - safe} with --fix --unsafe-fixes" if len(fixable) > safe else ""
    tail += (
        f"; {len(skipped)} rule{'s' * (len(skipped) != 1)} skipped for want of {', '.join(needs)}" if skipped else ""
    )
    known, silent = (sum(len(getattr(result, name)) for result in results) for name in ("known", "silent"))
    told = [f"{known} known by the baseline"] if known else []
    told += [f"{silent} ignored by comments"] if silent else []
    tail += "".join(_not_run(results, quiet=not counts))
    if not counts:
        new, known_ones = ("new ", f" ({', '.join(told)})") if told else ("", "")
        if all(result.is_complete for result in results):
            return f"{files} without {new}problems{known_ones}, {against}{tail}"
        return f"No {new}problems found in {files} by the rules that ran{known_ones}, {against}{tail}"
    tail = "".join(f"; {one}" for one in told) + tail
    return f"Found {', '.join(counts)} in {files}, {against}{tail}"


def _not_run(results: list[Result], quiet: bool) -> Iterator[str]:
    """What a reader might take for checked and was not; after a problem, only what was left out on request."""
    filtered = sum(result.filtered for result in results)
    unselected = max((result.unselected for result in results), default=0)
    unknown = sum(result.unknown for result in results)
    unjudged = {name for result in results for name in result.unjudged}
    if filtered:
        yield f"; {filtered} finding{'s' * (filtered != 1)} filtered by select/ignore"
    if unselected:
        yield f"; {unselected} rule{'s' * (unselected != 1)} not selected"
    if unknown and quiet:
        yield f"; {unknown} value{'s' * (unknown != 1)} unknown before the run"
    if unjudged and (quiet or filtered):
        yield f"; {len(unjudged)} rule{'s' * (len(unjudged) != 1)} stopped at an unknown or invalid value"


def _choices(title: str, choices: list[Choice]) -> str:
    """What was checked against and why; of several, only what, since the reasons are of single files."""
    found = sorted({(choice.name, choice.reason) for choice in choices})
    names = sorted({name for name, _ in found})
    shown = f"{names[0]} ({found[0][1]})" if len(found) == 1 else ", ".join(names)
    return f"{title} {shown}".strip()


def _block(diagnostic: Diagnostic, style: Style, manual: str) -> Iterator[str]:
    code = _COLORS[diagnostic.severity]
    rule = style.link(diagnostic.rule, rule_page(manual, diagnostic.rule))
    head = style.paint(f"{diagnostic.severity.value}[{rule}]", f"1;{code}")
    yield f"{head}: {style.paint(clean(diagnostic.message), '1')}"
    yield from _excerpt(diagnostic, style, code)
    if diagnostic.effect:
        yield f"  = effect: {diagnostic.effect.value}"
    if diagnostic.help:
        yield f"  = {style.paint('help', '32')}: {clean(diagnostic.help)}"
    for note in diagnostic.notes:
        first = note.span.first
        line = shown(note.span.source.line_text(first.line).strip(), note.span.source.secrets)
        there = f": {line[:100]}" if line else ""
        yield f"  = note: {clean(note.message)} --> {clean(note.span.source.name)}:{first.line}:{first.column}{there}"


def _excerpt(diagnostic: Diagnostic, style: Style, code: str) -> Iterator[str]:
    span = diagnostic.span
    first, last = span.first, span.last
    place = f"{clean(span.source.name)}:{first.line}:{first.column}"
    yield f"  {style.paint('-->', '34')} {style.link(place, absolute_uri(span.source.name))}"
    raw = starred(span.source.line_text(first.line), span.source.secrets)
    if not raw.strip():
        return
    begin = first.column - 1
    end = last.column - 1 if last.line == first.line else len(raw.rstrip())
    if is_secret_path(diagnostic.path) and not (diagnostic.path or "").endswith(span.text):
        raw = raw[:begin] + "*" * (end - begin) + raw[end:]
    cut = max(0, begin - _MAX_WIDTH // 2) if len(raw) > _MAX_WIDTH else 0
    visible = raw[cut : cut + _MAX_WIDTH]
    before, marked = printable(raw[cut:begin]), printable(raw[begin : min(end, cut + _MAX_WIDTH)])
    number = str(first.line)
    gutter = style.paint("|", "34")
    yield f"{' ' * len(number)} {gutter}"
    yield f"{style.paint(number, '34')} {gutter} {'…' * bool(cut)}{printable(visible)}"
    pad = " " * (width(before) + bool(cut))
    yield f"{' ' * len(number)} {gutter} {pad}{style.paint('^' * max(1, width(marked)), f'1;{code}')}"
