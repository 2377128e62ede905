"""`roll-lint --fix` and `--diff`: make the edits that diagnostics propose, or show them."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from roll_schema.cli.inputs import Input, read_file, with_project
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.rewriting.repair import Repair, repair
from roll_schema.source import replace
from roll_schema.source.redact import shown
from roll_schema.source.secrets import printable
from roll_schema.source.text import Source, lines


@dataclass(frozen=True, slots=True)
class Repaired:
    """What became of all files: results after the edits, how many problems are gone, and in how many files."""

    results: list[Result]
    problems: int
    files: int

    @property
    def told(self) -> str:
        problems, files = self.problems, self.files
        return f"{problems} problem{'s' * (problems != 1)} in {files} file{'s' * (files != 1)}"


def repair_files(files: list[Input], options: Options, *, unsafe: bool, diff: bool) -> Repaired:
    """Edit the files, or print what would be edited; raises click's UsageError where one cannot be written."""
    return _edited(files, options, diff, lambda path, source, own: repair(path, source, own, unsafe=unsafe))


def add_ignores(files: list[Input], options: Options) -> Repaired:
    """Write comments for what is wrong into the files; raises click's UsageError where one cannot be written."""
    from roll_schema.rewriting import silence

    return _edited(files, options, False, silence.silenced)


def _edited(
    files: list[Input], options: Options, diff: bool, edit: Callable[[Path, Source, Options], Repair]
) -> Repaired:
    results, problems, changed = [], 0, 0
    for file in files:
        path, source = read_file(file)
        made = edit(path, source, with_project(path, options))
        results.append(made.result)
        problems += len(made.done)
        changed += made.text != source.text
        if diff:
            show_diff(source, made.text)
        elif file[1]:
            click.echo(made.text, nl=False)
        else:
            replace_text(path, source, made.text)
    return Repaired(results, problems, changed)


def show_diff(source: Source, text: str) -> None:
    """Print what would become of a text, for people."""
    name = printable(source.name)
    before, after = lines(source.text), lines(text)
    for line in difflib.unified_diff(before, after, name, name):
        click.echo(shown(line.rstrip("\r\n"), source.secrets))


def replace_text(path: Path, source: Source, text: str) -> None:
    """Write what became of a file's text, if it is another; raises click's UsageError where that cannot be."""
    if text != source.text:
        try:
            replace.write(path, text)
        except OSError as error:
            raise click.UsageError(f"{printable(source.name)} cannot be written: {error.strerror or error}") from None
