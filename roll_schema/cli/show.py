"""`roll-lint show PATH`: the composed config, each value with the place it comes from."""

from __future__ import annotations

import click

from roll_schema.cli.inputs import Arguments, shared


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@shared
@click.option("--resolve", is_flag=True, help="With interpolations resolved.")
def show_command(arguments: Arguments, resolve: bool) -> int:
    """Print the composed config, each value with the place it comes from."""
    from roll_schema.composition.show import show
    from roll_schema.report import text

    result = arguments.lint_one("show")
    tree = result.resolved if resolve else result.composed
    for block in text.full([result]) if tree is None else ():
        click.echo(block, err=True)
    if tree is None:
        return 1
    for line in show(tree):
        click.echo(line)
    return 0
