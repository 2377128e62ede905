"""`roll-lint plan PATH`: where every role sits, what a step does, and whether it fits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from roll_schema.cli.inputs import Arguments, color_option, shared
from roll_schema.facts.catalog.gpus import GPUS

if TYPE_CHECKING:
    from roll_schema.planning.plan import Plan

FORMATS = (".svg", ".html", ".json")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@shared
@click.option("--gpu", type=click.Choice(sorted(GPUS)), help="Kind of GPU, whose memory is compared with.")
@click.option("--gpus-per-node", type=click.IntRange(1), help="GPUs of each node, where the config should not tell.")
@click.option(
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the plan to a .svg, .html or .json file (repeat for several).",
)
@click.option("--explain", is_flag=True, help="Show formula and source of every amount of memory.")
@color_option
def plan_command(
    arguments: Arguments,
    gpu: str | None,
    gpus_per_node: int | None,
    outputs: tuple[Path, ...],
    explain: bool,
    color: str,
) -> int:
    """Show which role sits on which GPU, what a step does, and an estimate of memory per GPU and phase."""
    from roll_schema.cli.output import style_of
    from roll_schema.planning import plan
    from roll_schema.report import text
    from roll_schema.report.plan import text as plan_text
    from roll_schema.source.diagnostic import Severity

    for output in outputs:
        if output.suffix not in FORMATS:
            raise click.UsageError(f"{output} must end in {', '.join(FORMATS)}")
    result = arguments.lint_one("plan")
    style = style_of(color)
    if result.config is None:
        for block in text.full([result], style):
            click.echo(block, err=True, color=True)
        click.echo(f"{result.file} cannot be planned", err=True)
        return 1
    made = plan.make(
        result.config,
        result.file,
        result.facts,
        result.pipeline.name,
        GPUS[gpu] if gpu else None,
        gpus_per_node,
        result.roles,
    )
    for line in plan_text.render(made, colored=style.color):
        click.echo(line, color=True)
    for line in plan_text.explain(made) if explain else ():
        click.echo(line)
    for output in outputs:
        _write(output, made)
        click.echo(f"wrote {output}", err=True)
    errors = result.count(Severity.ERROR)
    if errors:
        click.echo(f"this config has {errors} error{'s' * (errors != 1)}; see roll-lint {result.file}", err=True)
    return 0


def _write(output: Path, made: Plan) -> None:
    from roll_schema.report.plan import html as plan_html
    from roll_schema.report.plan import json as plan_json
    from roll_schema.report.plan import svg as plan_svg
    from roll_schema.source import replace

    renderers = {".svg": plan_svg.render, ".html": plan_html.render, ".json": plan_json.render}
    try:
        output.touch()  # what is replaced must be there
        replace.write(output, renderers[output.suffix](made))
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror or error}") from None
