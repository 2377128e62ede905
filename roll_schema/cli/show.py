"""`roll-lint show PATH`: the composed config, each value with the place it comes from."""

from __future__ import annotations

from pathlib import Path

import click

from roll_schema.cli.inputs import files_of, lint_file, shared, split


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@shared
@click.option("--resolve", is_flag=True, help="With interpolations resolved.")
def show_command(
    words: tuple[str, ...],
    roll_release: str | None,
    pipeline: str | None,
    config_dirs: tuple[Path, ...],
    roll_src: Path | None,
    stdin_filename: Path | None,
    resolve: bool,
) -> int:
    """Print the composed config, each value with the place it comes from."""
    from roll_schema.engine import Options
    from roll_schema.report import text
    from roll_schema.show import show

    targets, overrides = split(words)
    files = files_of(targets, stdin_filename)
    if len(files) != 1:
        raise click.UsageError("show takes one config")
    options = Options(roll_release, pipeline, roll_src=roll_src, overrides=tuple(overrides), search_paths=config_dirs)
    result = lint_file(files[0], options)
    tree = result.resolved if resolve else result.composed
    for block in text.full([result], color=False) if tree is None else ():
        click.echo(block, err=True)
    if tree is None:
        return 1
    for line in show(tree):
        click.echo(line)
    return 0
