"""`roll-lint PATH...`: find what is wrong, and say it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from roll_schema import models
from roll_schema.cli.inputs import (
    Arguments,
    Input,
    color_option,
    lint_files,
    names_of,
    shared,
    with_project,
)
from roll_schema.facts import releases
from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.report import FORMATS
from roll_schema.rules import OPTIONAL_GROUPS
from roll_schema.source.diagnostic import Severity
from roll_schema.version import VERSION

if TYPE_CHECKING:
    from roll_schema.engine.options import Options
    from roll_schema.engine.result import Result
    from roll_schema.rules.rule import Rule

_FILE = click.Path(path_type=Path, dir_okay=False)

_MOST_WRONG = 100
"""Problems beyond which no other release is likely to load a config."""

_EPILOG = """\b
Commands (a first word of that name; write ./show for a file so called):
  plan          show where each role sits, what a step does, and whether it fits
  show          print the composed config with each value's origin
  diff-release  list what changes for a config between two ROLL releases
  migrate       rewrite a config for another ROLL release
  schema        tell an editor which schema a config has
  server        serve an editor (the language server protocol)
"""


def _print_rules(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    from roll_schema.rules import RULES

    for rule in sorted(RULES.values(), key=lambda rule: (rule.group, rule.name)):
        trial = " (preview)" * rule.preview
        click.echo(f"{rule.group:14} {rule.severity.value:8} {rule.name:32} {rule.manual.splitlines()[0]}{trial}")
    context.exit(0)


def _explain(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if not value or context.resilient_parsing:
        return
    from roll_schema.rules import RULES
    from roll_schema.rules.renamed import current
    from roll_schema.source.text import closest

    names = current(value)
    if names[0] not in RULES:
        close = closest(value, RULES)
        hint = f" Did you mean {close}?" if close else ""
        raise click.BadParameter(f"there is no rule {value}.{hint}", context, parameter)
    if names != (value,):
        click.echo(f"{value} is a former name of {', '.join(names)}\n")
    click.echo("\n\n".join(_manual(RULES[name]) for name in names))
    context.exit(0)


def _manual(rule: Rule) -> str:
    """What is known about a rule, and its manual."""
    bounds = ["preview"] if rule.preview else []
    bounds += [rule.effect.value] if rule.effect else []
    bounds += [f"ROLL {rule.releases}"] if rule.releases else []
    bounds += [f"pipelines {' '.join(rule.pipelines)}"] if rule.pipelines else []
    return f"{rule.name} ({', '.join((rule.group, rule.severity.value, *bounds))})\n\n{rule.manual}"


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@shared
@click.option("--select", multiple=True, metavar="RULE", help="Only these rules or groups (repeat, or use commas).")
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules or groups.")
@click.option(
    "--target", type=click.Choice(OPTIONAL_GROUPS), help="Where it shall run: `run` is roll-run's own engine."
)
@click.option("--configs-only", is_flag=True, help="Pass over files that are no pipeline's config, such as fragments.")
@click.option("--output-format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "--output-file",
    multiple=True,
    metavar="[FORMAT:]FILE",
    help="Write the report there; with a format, a further one (repeat for several).",
)
@click.option("--preview", is_flag=True, help="With rules that are on trial.")
@click.option("--fix", is_flag=True, help="Make the edits that cannot change more than they say.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also those that a person should look at.")
@click.option("--diff", is_flag=True, help="Show the edits of --fix, and write nothing.")
@click.option("--add-ignores", is_flag=True, help="Write ignore comments for what is wrong now, to be explained.")
@click.option("--baseline", type=_FILE, help="Show only what is not in this file of known problems.")
@click.option("--write-baseline", type=_FILE, help="Write what is wrong now as known, and show nothing.")
@click.option("--jobs", type=click.IntRange(1), help="Processes; as many as are worth it if not given.")
@click.option("--no-cache", is_flag=True, help="Do not use, and do not write, what was found before.")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
@click.option("--show-settings", is_flag=True, help="Print what each file is checked against, and why.")
@click.option("--explain-skips", is_flag=True, help="Name the rules that were skipped, and the fact that each wants.")
@click.option("--nodes", type=click.IntRange(1), help="Nodes of the cluster; turns on rules about placement.")
@click.option("--gpus-per-node", type=click.IntRange(1), help="GPUs of each node; 8 if nothing tells.")
@click.option("--gpu", type=click.Choice(sorted(GPUS)), help="Kind of GPU; turns on rules about memory and hardware.")
@color_option
@click.option("--list-rules", is_flag=True, is_eager=True, expose_value=False, callback=_print_rules)
@click.option("--explain", metavar="RULE", is_eager=True, expose_value=False, callback=_explain)
@click.version_option(VERSION, prog_name="roll-lint")
def lint_command(
    arguments: Arguments,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    target: str | None,
    configs_only: bool,
    output_format: str,
    output_file: tuple[str, ...],
    preview: bool,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    add_ignores: bool,
    baseline: Path | None,
    write_baseline: Path | None,
    jobs: int | None,
    no_cache: bool,
    strict: bool,
    show_settings: bool,
    explain_skips: bool,
    nodes: int | None,
    gpus_per_node: int | None,
    gpu: str | None,
    color: str,
) -> int:
    """Find what ROLL would misread, refuse or silently ignore in a config; never style.

    PATH is a config, a folder of configs, or - for standard input. OVERRIDE is a Hydra override such as
    actor_train.training_args.learning_rate=2e-5, +key=value or ~key.
    """
    from roll_schema.cli import output
    from roll_schema.report import text

    _refuse_together(
        {"--fix": fix, "--diff": diff and not fix, "--add-ignores": add_ignores, "--write-baseline": write_baseline}
    )
    if write_baseline and (select or ignore or output_file):
        raise click.UsageError("--write-baseline takes all that is wrong, and writes nothing else")
    reports = output.reports(output_format, output_file)
    cache_folder = None if no_cache else _cache_folder()
    files, asked = arguments.read(cache_folder)
    if configs_only:
        from roll_schema.engine.discovery import is_config

        files = [(path, standard_input) for path, standard_input in files if standard_input or is_config(path)]
        if not files:
            return 0
    options = asked._replace(
        select=names_of(select),
        ignore=names_of(ignore),
        targets=frozenset([target] if target else []),
        nodes=nodes,
        gpus_per_node=gpus_per_node,
        gpu=GPUS[gpu] if gpu else None,
        preview=preview,
    )
    if options.overrides and len(files) > 1:
        raise click.UsageError("overrides go with one config, not with several")
    repaired = None
    if fix or diff:
        from roll_schema.cli import repair

        repaired = repair.repair_files(files, options, unsafe=unsafe_fixes, diff=diff)
        if diff:
            click.echo(f"would fix {repaired.told}", err=True)
            return int(_tell_unchecked(repaired.results) or bool(repaired.files))
    elif add_ignores:
        from roll_schema.cli import repair

        repaired = repair.add_ignores(files, options)
    elif unsafe_fixes:
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    results = repaired.results if repaired else lint_files(files, options, jobs, cache_folder)
    if write_baseline is not None:
        click.echo(_written(write_baseline, results))
        return int(_tell_unchecked(results))
    gone = _without_known(baseline, results) if baseline is not None else []
    if show_settings:
        for result in results:
            click.echo("\n".join(_settings_of(result, options)))
        return 0

    def closing() -> Iterator[str]:
        for file, result in zip(files, results, strict=True):
            yield from filter(None, (_other_release(result, options, file, cache_folder), _undecided(result)))
        yield from text.skips(results) if explain_skips else ()
        if repaired and repaired.problems:
            yield f"{'Silenced' if add_ignores else 'Fixed'} {repaired.told}"
        yield from gone
        yield text.summary(results)

    # Standard output has the text, where that was read from standard input.
    aside = (fix or add_ignores) and any(standard_input for _, standard_input in files)
    output.write(reports, results, list(closing()) if output.for_people(reports) else [], color, aside)
    if cache_folder is not None:
        from roll_schema.engine.cache import Cache

        Cache(cache_folder, options).prune()
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return int(any(diagnostic.severity in failing for result in results for diagnostic in result.diagnostics))


def _tell_unchecked(results: list[Result]) -> bool:
    """Print to standard error what kept configs from being checked, where no report would; whether there is any."""
    from roll_schema.report.text import one_line

    blocking = [item for result in results for item in result.diagnostics if item.blocking]
    for item in blocking:
        click.echo(f"not checked: {one_line(item)}", err=True)
    return bool(blocking)


def _cache_folder() -> Path:
    from roll_schema.engine import cache

    return cache.folder()


def _refuse_together(given: dict[str, object]) -> None:
    """Raises click's UsageError for options that each want to do something else with the configs."""
    names = [name for name, value in given.items() if value]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} do not go together")


def _written(path: Path, results: list[Result]) -> str:
    from roll_schema.engine import baseline

    try:
        count = baseline.write(path, results, baseline.read(path) if path.exists() else ())
    except baseline.InvalidBaseline as error:
        raise click.UsageError(f"{error}; delete it first") from None
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}") from None
    return f"wrote {count} known problem{'s' * (count != 1)} to {path}"


def _without_known(path: Path, results: list[Result]) -> list[str]:
    """Take what is known out of the results; gives a line for each that no longer occurs."""
    from roll_schema.engine import baseline
    from roll_schema.source.secrets import printable

    try:
        gone = baseline.apply(path, baseline.read(path), results)
    except baseline.InvalidBaseline as error:
        raise click.UsageError(str(error)) from None
    return [
        f"mended: {printable(one.file)}: {one.rule} is still in {path}, until that is written again" for one in gone
    ]


def _settings_of(result: Result, options: Options) -> Iterator[str]:
    """What a config is checked against and why, for people."""
    from roll_schema.source.secrets import printable

    options = with_project(Path(result.file), options)
    yield printable(result.file)
    yield f"  release   {result.release.name:18} {result.release.reason}"
    yield f"  pipeline  {result.pipeline.name:18} {printable(result.pipeline.reason)}"
    yield f"  settings  {options.project.file or 'none'}"
    for folder in options.search_paths:
        yield f"  fragments {folder}"
    for name, names in (("select", options.select), ("ignore", options.ignore)):
        if names:
            yield f"  {name:9} {', '.join(sorted(names))}"
    if options.preview:
        yield "  preview   with rules that are on trial"
    for name, severity in sorted(options.severities.items()):
        yield f"  severity  {name} is {severity.value}"


def _undecided(result: Result) -> str | None:
    """A hint when nothing told the pipeline."""
    if result.pipeline.name in models.PIPELINES or not result.was_composed:
        return None
    return (
        f"hint: {result.file}: no key tells the pipeline, so that only what is wrong in all of them is shown; name it "
        "with --pipeline\n"
    )


def _other_release(result: Result, options: Options, file: Input, cache_folder: Path | None) -> str | None:
    """A hint when nothing that fails at load would fail under another release."""
    from roll_schema.rules import RULES

    if file[1] or options.roll_src is not None or not result.fails_at_load():
        return None
    if len(result.diagnostics) > _MOST_WRONG:
        return None  # it would be linted for every release
    # What is wrong with YAML, fragments and `${…}` is wrong in every release.
    if any(RULES[item.rule].group in ("yaml", "compose", "interpolation") for item in result.diagnostics):
        return None
    names = [name for name in releases.NAMES if name != result.release.name]
    asked = ((name, options._replace(release=name)) for name in names)
    loading = [name for name, other in asked if not lint_files([file], other, 1, cache_folder)[0].fails_at_load()]
    if not loading:
        return None
    return f"hint: ROLL {', '.join(loading)} would load this config; name the release with --roll-release\n"
