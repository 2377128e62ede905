"""Where reports go: standard output, files, or both."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from roll_schema.cli.inputs import is_colored
from roll_schema.report import FOR_PEOPLE, FORMATS, render
from roll_schema.report.text import PLAIN, Style
from roll_schema.source.text import closest

if TYPE_CHECKING:
    from roll_schema.engine.result import Result


class Report(NamedTuple):
    """A report to write, to a file or to standard output."""

    form: str
    file: Path | None = None


def reports(form: str, files: Sequence[str]) -> list[Report]:
    """What `--output-format` and `--output-file` ask for; a file named alone takes standard output's place.

    Raises click's UsageError for a format that is none, and for a file that is named twice.
    """
    asked = [_report(form, file) for file in files]
    alone = [report for report, file in zip(asked, files, strict=True) if str(report.file) == file]
    names = [report.file for report in asked]
    if len(alone) > 1 or len(set(names)) < len(names):
        raise click.UsageError("--output-file: name one file without a format at most, and no file twice")
    return asked if alone else [Report(form), *asked]


def _report(form: str, file: str) -> Report:
    of, colon, path = file.partition(":")
    if colon and of in FORMATS:
        return Report(of, Path(path))
    # A single letter is a drive.
    if colon and len(of) > 1 and of.isalpha():
        close = closest(of, FORMATS)
        advice = f"did you mean {close}?" if close else f"there are {', '.join(FORMATS)}"
        raise click.UsageError(f"--output-file: there is no format {of}; {advice}")
    return Report(form, Path(file))


def for_people(asked: Iterable[Report]) -> bool:
    """Whether one of the reports ends with a summary."""
    return any(report.form in FOR_PEOPLE for report in asked)


def write(asked: Iterable[Report], results: list[Result], closing: list[str], color: str, aside: bool) -> None:
    """Write the reports, `aside` to standard error; raises click's UsageError where a file cannot be written."""
    for report in asked:
        if report.file is None:
            for block in _blocks(report.form, results, closing, style_of(color)):
                click.echo(block, color=True, err=aside)
        else:
            _to_file(report.file, "\n".join(_blocks(report.form, results, closing, PLAIN)))


def style_of(color: str) -> Style:
    """What standard output has of colours and links; FORCE_HYPERLINK decides on links where nothing tells."""
    colored = is_colored(color)
    forced = os.environ.get("FORCE_HYPERLINK")
    return Style(colored, forced != "0" if forced else colored and sys.stdout.isatty() and _terminal_has_links())


def _terminal_has_links() -> bool:
    """Whether the terminal says that it is one of those that show links (the list of the npm supports-hyperlinks)."""
    known = os.environ.get("TERM_PROGRAM") in ("iTerm.app", "WezTerm", "vscode", "ghostty", "zed", "Hyper")
    term = os.environ.get("TERM", "") in ("xterm-kitty", "alacritty", "foot", "xterm-ghostty")
    new_vte = os.environ.get("VTE_VERSION", "0") >= "5000" and len(os.environ.get("VTE_VERSION", "")) == 4
    return (known or term or new_vte or "WT_SESSION" in os.environ) and not os.environ.get("CI")


def _blocks(form: str, results: list[Result], closing: list[str], style: Style) -> Iterator[str]:
    if form not in FOR_PEOPLE:
        if document := render(form, results):
            yield document
        return
    from roll_schema.report import github, text

    if form == "github":
        yield from github.lines(results)
    else:
        yield from text.concise(results) if form == "concise" else text.full(results, style)
    yield from closing


def _to_file(path: Path, content: str) -> None:
    from roll_schema.source import replace

    text = content + "\n" if content else ""
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a pipe, or standard output by its name
        else:
            replace.write(path, text, may_be_new=True)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror or error}") from None
