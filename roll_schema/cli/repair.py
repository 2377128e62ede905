"""`roll-lint --fix` and `--diff`: make the edits that diagnostics propose, or show them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import click

from roll_schema import engine, fix
from roll_schema.cli.inputs import Input, read_file, with_project
from roll_schema.engine import Options, Result
from roll_schema.repair import Repair, repair
from roll_schema.secrets import mask, printable
from roll_schema.text import Source


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
    results, problems, changed = [], 0, 0
    for file in files:
        path, source = read_file(file)
        made = repair(path, source, with_project(path, options), unsafe=unsafe)
        results.append(made.result)
        problems += len(made.done)
        changed += made.text != source.text
        _put(file, source, made, diff)
    return Repaired(results, problems, changed)


def add_ignores(files: list[Input], options: Options) -> Repaired:
    """Write comments for what is wrong into the files; raises click's UsageError where one cannot be written."""
    from roll_schema import silence

    results, problems, changed = [], 0, 0
    for file in files:
        path, source = read_file(file)
        own = with_project(path, options)
        text, answered = silence.add(source, engine.lint(path, source, own).diagnostics)
        result = engine.lint(path, Source(source.name, text), own)
        results.append(result)
        problems += answered
        changed += text != source.text
        _put(file, source, Repair(text, result, ()), diff=False)
    return Repaired(results, problems, changed)


def _put(file: Input, source: Source, made: Repair, diff: bool) -> None:
    path, standard_input = file
    if diff:
        name = printable(source.name)
        before, after = (text.splitlines(keepends=True) for text in (source.text, made.text))
        for line in difflib.unified_diff(before, after, name, name):
            click.echo(printable(mask(line.rstrip("\r\n"))))
    elif standard_input:
        click.echo(made.text, nl=False)
    elif made.text != source.text:
        try:
            fix.write(path, made.text)
        except OSError as error:
            raise click.UsageError(f"{source.name} cannot be written: {error.strerror or error}") from None
