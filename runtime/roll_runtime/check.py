"""Only configs without errors run: linted as roll-lint lints, with the rules on what the engine covers as well."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

import click

import roll_schema
from roll_schema.report import text
from roll_schema.source.diagnostic import Diagnostic, Severity


def check(
    path: Path,
    overrides: tuple[str, ...],
    release: str | None,
    config_dirs: tuple[Path, ...],
    scored: Collection[str],
    target: str = "run",
) -> roll_schema.Checked | None:
    """The checked config; None where it has errors, which are printed as roll-lint prints them.

    `target` is `run` for what the engine here covers, or empty for what ROLL does.
    A domain of `scored` is scored by a function of the user's, whatever class the config names. Raises click's
    UsageError where the file cannot be read.
    """
    try:
        result = roll_schema.lint(path, overrides, release=release, config_dirs=config_dirs, target=target)
    except roll_schema.InputError as error:
        raise click.UsageError(str(error)) from None
    result.diagnostics = [item for item in result.diagnostics if not _answered(item, scored)]
    try:
        checked = roll_schema.Checked.of(result)
    except roll_schema.LintError:
        for block in text.full([result], text.Style(color=sys.stdout.isatty())):
            click.echo(block, color=True)
        click.echo(text.summary([result]))
        return None
    for item in result.diagnostics:
        if item.severity is Severity.WARNING:
            click.echo(text.one_line(item), err=True)
    return checked


def _answered(item: Diagnostic, scored: Collection[str]) -> bool:
    return item.rule == "reward-not-covered" and any(item.path == f"rewards.{name}.worker_cls" for name in scored)
