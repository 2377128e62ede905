"""`roll-lint schema PATH...`: tell an editor which schema a config has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from roll_schema import models
from roll_schema.cli.inputs import Arguments, lint_file, read_file, shared, with_project
from roll_schema.source.secrets import printable

if TYPE_CHECKING:
    from roll_schema.engine.options import Options

_FOLDER = click.Path(path_type=Path, file_okay=False)


def _print_catalog(context: click.Context, parameter: click.Parameter, address: str | None) -> None:
    if not address or context.resilient_parsing:
        return
    from roll_schema.export.modeline import catalog

    if not address.startswith("https://"):
        raise click.BadParameter("a catalog wants an address that begins with https://", context, parameter)
    click.echo(json.dumps(catalog(address), indent=2))
    context.exit(0)


def _export(context: click.Context, parameter: click.Parameter, folder: Path | None) -> None:
    if folder is None or context.resilient_parsing:
        return
    from roll_schema.export.modeline import FOLDER

    try:
        shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        raise click.UsageError(f"{folder} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    click.echo(f"wrote the schemas to {folder}")
    context.exit(0)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@shared
@click.option(
    "--schemas", metavar="PLACE", help="Folder or address with the schemas; those of this package if not given."
)
@click.option("--add-modeline", is_flag=True, help="Write the comment into the configs.")
@click.option("--export", type=_FOLDER, is_eager=True, expose_value=False, callback=_export, help="Copy the schemas.")
@click.option(
    "--catalog",
    metavar="ADDRESS",
    is_eager=True,
    expose_value=False,
    callback=_print_catalog,
    help="Print a catalog like SchemaStore's, for schemas at this address.",
)
def schema_command(arguments: Arguments, schemas: str | None, add_modeline: bool) -> int:
    """Print the comment that tells an editor's YAML server the schema of a config."""
    from roll_schema.cli.repair import replace_text
    from roll_schema.export.modeline import modeline, with_modeline
    from roll_schema.report import text

    files, options = arguments.read()
    if add_modeline and any(standard_input for _, standard_input in files):
        raise click.UsageError("--add-modeline wants files, not standard input")
    undecided = False
    for file in files:
        result = lint_file(file, options)
        name = printable(result.file)
        if result.pipeline.name not in models.PIPELINES:
            for line in text.concise([result]) if result.composed is None else ():
                click.echo(line, err=True)
            if result.composed is not None:
                click.echo(f"{name}: no key tells the pipeline: name it with --pipeline", err=True)
            undecided = True
            continue
        place = _place(schemas, file[0], options)
        line = modeline(Path(result.file), place, result.facts.name, result.pipeline.name)
        if add_modeline:
            path, source = read_file(file)
            replace_text(path, source, with_modeline(source, line))
            click.echo(f"{name}: {line}", err=True)
        else:
            click.echo(line if len(files) == 1 else f"{name}: {line}")
    return int(undecided)


def _place(asked: str | None, path: Path, options: Options) -> str:
    """Where the schemas are: as asked for, as the settings file says, or with this package."""
    from roll_schema.export.modeline import FOLDER, is_address

    project = with_project(path, options).project
    named = project.get("schemas", path)
    if asked is not None:
        return asked
    if named is None or project.file is None:
        return str(FOLDER)
    return named.value if is_address(named.value) else str(project.file.parent / named.value)
