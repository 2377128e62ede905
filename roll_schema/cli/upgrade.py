"""`roll-lint diff-release A B PATH` and `roll-lint migrate --to B PATH`: from one ROLL release to another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from roll_schema import models
from roll_schema.cli.inputs import files_of, read_file, with_project
from roll_schema.cli.repair import replace_text, show_diff
from roll_schema.engine.options import Options
from roll_schema.facts import releases
from roll_schema.report import text
from roll_schema.rewriting.migrate import compare, migrate
from roll_schema.source.diagnostic import Severity
from roll_schema.source.secrets import clean, printable

_RELEASE = click.Choice(releases.NAMES)
_SETTINGS = {"help_option_names": ["-h", "--help"]}
_PIPELINE = click.option("--pipeline", type=click.Choice(sorted(models.PIPELINES)), help="Pipeline of the configs.")
_FOLDERS = click.option(
    "--config-dir", "config_dirs", multiple=True, type=click.Path(path_type=Path, file_okay=False), help="Fragments."
)


@click.command(context_settings=_SETTINGS)
@click.argument("old", type=_RELEASE)
@click.argument("new", type=_RELEASE)
@click.argument("paths", nargs=-1, required=True)
@_PIPELINE
@_FOLDERS
def diff_release_command(
    old: str, new: str, paths: tuple[str, ...], pipeline: str | None, config_dirs: tuple[Path, ...]
) -> int:
    """List what changes for configs from one ROLL release to another: what is gone, fails, or means something else.

    Exit status: 1 when something fails or is ignored that was not before.
    """
    failing = False
    for file in files_of(list(paths), None):
        path, source = read_file(file)
        options = with_project(path, Options(release=old, pipeline=pipeline, search_paths=config_dirs))
        after, found, gone = compare(path, source, options, new)
        for block in text.full([replace(after, diagnostics=found)]):
            click.echo(block)
        for item in gone:
            click.echo(f"no longer: {text.one_line(item)}")
        counts = [
            f"{number} {severity.value}{'s' * (number != 1)}"
            for severity in Severity
            if (number := sum(item.severity is severity for item in found))
        ]
        told = ", ".join(counts) or "nothing new"
        click.echo(f"{printable(source.name)}: ROLL {old} to {new}, pipeline {after.pipeline.name}: {told}")
        failing = failing or any(item.severity is Severity.ERROR for item in found)
    return int(failing)


@click.command(context_settings=_SETTINGS)
@click.argument("paths", nargs=-1, required=True)
@click.option("--to", "new", type=_RELEASE, required=True, help="ROLL release to write the configs for.")
@click.option("--from", "old", type=_RELEASE, help="ROLL release that they are for; found out where not given.")
@click.option("--diff", is_flag=True, help="Show the edits instead of writing them.")
@_PIPELINE
@_FOLDERS
def migrate_command(
    paths: tuple[str, ...], new: str, old: str | None, diff: bool, pipeline: str | None, config_dirs: tuple[Path, ...]
) -> int:
    """Rewrite configs for another ROLL release where that is certain, and list what a person must decide.

    Exit status: 1 when errors remain that were not there before.
    """
    failing = False
    for file in files_of(list(paths), None):
        path, source = read_file(file)
        options = with_project(path, Options(release=old, pipeline=pipeline, search_paths=config_dirs))
        migration = migrate(path, source, options, new)
        name = printable(source.name)
        if diff:
            show_diff(source, migration.text)
        else:
            replace_text(path, source, migration.text)
        for line_number, said in migration.done:
            click.echo(f"{name}:{line_number}: {printable(said)}", err=diff)
        for line_number, remark in migration.remarks:
            click.echo(f"{name}:{line_number}: decide: {clean(remark)}", err=diff)
        for item in migration.undecided:
            click.echo(f"decide: {text.one_line(item)}", err=diff)
        made = f"{len(migration.done)} edit{'s' * (len(migration.done) != 1)}"
        left = len(migration.remarks) + len(migration.undecided)
        click.echo(f"{name}: {made} for ROLL {new}, {left} to decide", err=diff)
        failing = failing or bool(migration.undecided)
    return int(failing)
