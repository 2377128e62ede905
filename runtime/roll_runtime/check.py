"""Only configs without errors run: linted as roll-lint lints, with the rules on what the engine covers as well."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path

import click

import roll_schema
from roll_runtime.recipe import Recipe
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.models.section import Unresolved
from roll_schema.report import text
from roll_schema.source.diagnostic import Diagnostic, Severity


def check(
    path: Path,
    overrides: tuple[str, ...],
    release: str | None,
    config_dirs: tuple[Path, ...],
    scored: Collection[str],
    target: str = "run",
    resume: bool = False,
    resume_from: Path | None = None,
) -> roll_schema.Checked | None:
    """The checked config; None where it has errors, which are printed as roll-lint prints them.

    `target` is `run` for what the engine here covers, or empty for what ROLL does.
    A domain of `scored` is scored by a function of the user's, whatever class the config names. A run that is resumed
    keeps the release of ROLL that it was started with. Raises click's UsageError where the file cannot be read, or
    another release is asked for.
    """

    def lint(release: str | None) -> roll_schema.Result:
        try:
            return roll_schema.lint(path, overrides, release=release, config_dirs=config_dirs, target=target)
        except roll_schema.InputError as error:
            raise click.UsageError(str(error)) from None

    result = lint(release)
    kept = _kept_release(result, resume, resume_from)
    if kept not in (None, result.release.name):
        if release is not None:
            raise click.UsageError(f"the run was started with ROLL {kept}: resume it with --roll-release {kept}")
        result = lint(kept)
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


def _kept_release(result: roll_schema.Result, resume: bool, resume_from: Path | None) -> str | None:
    """The release that the run to go on from was started with; None where there is none."""
    if not isinstance(result.config, RLVRConfig):
        return None
    recipe = Recipe(result.config, result.release.name)
    try:
        named = resume_from or recipe.resumed
        if named is None and not resume:
            return None
        folder = recipe.folder if named is None else named.parent.parent
        return str(json.loads((folder / "run.json").read_text(encoding="utf-8"))["roll_release"])
    except (Unresolved, OSError, ValueError, KeyError, TypeError):
        return None


def _answered(item: Diagnostic, scored: Collection[str]) -> bool:
    return item.rule == "reward-not-covered" and any(item.path == f"rewards.{name}.worker_cls" for name in scored)
