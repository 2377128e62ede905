"""The command line: `roll-lint [COMMAND] [OPTIONS] PATH... [OVERRIDE...]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roll_schema import models, releases
from roll_schema.diagnostic import Severity
from roll_schema.version import VERSION

if TYPE_CHECKING:
    from roll_schema.engine import Options, Result

# pydantic would search every installed package for plug-ins; none may change what is right.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

_MARKERS = (".git", "pyproject.toml", "roll-lint.toml")
_EPILOG = """\b
Commands (a first word of that name; write ./show for a file so called):
  show    print the composed config with each value's origin
"""


def main(arguments: list[str] | None = None) -> None:
    """Entry point: the first word may name a command; without one the files are linted."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    commands = {"show": show_command, "lint": lint_command}
    command = commands[words.pop(0)] if words and words[0] in commands else lint_command
    try:
        status = command.main(words, prog_name="roll-lint", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # The reader left: stop without a word, and without a second error when Python flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("ROLL_LINT_TRACEBACK"):
            raise
        click.echo(f"roll-lint: internal error: {type(error).__name__}; please report it", err=True)
        click.echo("with ROLL_LINT_TRACEBACK=1 in the environment the place is shown", err=True)
        sys.exit(2)
    sys.exit(status or 0)


def _print_rules(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    from roll_schema.rules import RULES

    for rule in sorted(RULES.values(), key=lambda rule: (rule.group, rule.name)):
        click.echo(f"{rule.group:14} {rule.severity.value:8} {rule.name:32} {rule.manual.splitlines()[0]}")
    context.exit(0)


def _explain(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if not value or context.resilient_parsing:
        return
    from roll_schema.rules import RULES
    from roll_schema.text import closest

    rule = RULES.get(value)
    if rule is None:
        close = closest(value, RULES)
        hint = f" Did you mean {close}?" if close else ""
        raise click.BadParameter(f"there is no rule {value}.{hint}", context, parameter)
    fails = f", fails {rule.fails}" if rule.fails else ""
    click.echo(f"{rule.name} ({rule.group}, {rule.severity.value}{fails})\n\n{rule.manual}")
    context.exit(0)


_SHARED = [
    click.argument("words", nargs=-1, required=True, metavar="PATH... [OVERRIDE...]", type=click.UNPROCESSED),
    click.option("--roll-release", type=click.Choice(releases.NAMES), help="ROLL release to check against."),
    click.option("--pipeline", type=click.Choice(sorted(models.PIPELINES)), help="Pipeline that the config is for."),
    click.option(
        "--config-dir",
        "config_dirs",
        multiple=True,
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder to find fragments in, beside the config's own.",
    ),
    click.option(
        "--roll-src",
        type=click.Path(path_type=Path, file_okay=False),
        help="ROLL checkout whose config classes count; they are read, never imported.",
    ),
    click.option("--stdin-filename", type=click.Path(path_type=Path), help="Name and place of a config read from `-`."),
]


def _shared(command: Callable[..., int]) -> Callable[..., int]:
    for decorate in reversed(_SHARED):
        command = decorate(command)
    return command


@click.command(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@_shared
@click.option("--select", multiple=True, metavar="RULE", help="Only these rules or groups (repeat, or use commas).")
@click.option("--ignore", multiple=True, metavar="RULE", help="Not these rules or groups.")
@click.option("--output-format", type=click.Choice(["text", "concise", "json"]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
@click.option("--show-settings", is_flag=True, help="Print what each file is checked against, and why.")
@click.option("--nodes", type=click.IntRange(1), help="Nodes of the cluster; turns on rules about placement.")
@click.option("--gpus-per-node", type=click.IntRange(1), default=8, show_default=True)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--list-rules", is_flag=True, is_eager=True, expose_value=False, callback=_print_rules)
@click.option("--explain", metavar="RULE", is_eager=True, expose_value=False, callback=_explain)
@click.version_option(VERSION, prog_name="roll-lint")
def lint_command(
    words: tuple[str, ...],
    roll_release: str | None,
    pipeline: str | None,
    config_dirs: tuple[Path, ...],
    roll_src: Path | None,
    stdin_filename: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    output_format: str,
    strict: bool,
    show_settings: bool,
    nodes: int | None,
    gpus_per_node: int,
    color: str,
) -> int:
    """Find what ROLL would misread, refuse or silently ignore in a config; never style.

    PATH is a config, a folder of configs, or - for standard input. OVERRIDE is a Hydra override such as
    actor_train.training_args.learning_rate=2e-5, +key=value or ~key.
    """
    from roll_schema.engine import Options
    from roll_schema.report import text
    from roll_schema.rule import Cluster

    targets, overrides = _split(words)
    files = _files(targets, stdin_filename)
    options = Options(
        release=roll_release,
        pipeline=pipeline,
        roll_src=roll_src,
        overrides=tuple(overrides),
        search_paths=config_dirs,
        select=_names(select),
        ignore=_names(ignore),
        cluster=Cluster(nodes, gpus_per_node) if nodes else None,
    )
    if overrides and len(files) > 1:
        raise click.UsageError("overrides go with one config, not with several")
    results = [_lint(path, options) for path in files]
    if show_settings:
        for result in results:
            click.echo("\n".join(_settings_of(result, options)))
        return 0
    if output_format == "json":
        from roll_schema.report import json

        click.echo(json.render(results))
    else:
        colored = color == "always" or (color == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
        blocks = text.concise(results) if output_format == "concise" else text.full(results, colored)
        for block in blocks:
            click.echo(block, color=True)
        for file, result in zip(files, results, strict=True):
            if hint := _other_release(result, options, file):
                click.echo(hint)
            if hint := _undecided(result):
                click.echo(hint)
        click.echo(text.summary(results))
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return int(any(diagnostic.severity in failing for result in results for diagnostic in result.diagnostics))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@_shared
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

    targets, overrides = _split(words)
    files = _files(targets, stdin_filename)
    if len(files) != 1:
        raise click.UsageError("show takes one config")
    options = Options(roll_release, pipeline, roll_src=roll_src, overrides=tuple(overrides), search_paths=config_dirs)
    result = _lint(files[0], options)
    tree = result.resolved if resolve else result.composed
    for block in text.full([result], color=False) if tree is None else ():
        click.echo(block, err=True)
    if tree is None:
        return 1
    for line in show(tree):
        click.echo(line)
    return 0


def _split(words: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Paths and overrides: a word with `=`, or a leading `+` or `~`, is an override unless such a path exists."""
    targets: list[str] = []
    overrides: list[str] = []
    for word in words:
        looks = "=" in word or word.startswith(("+", "~"))
        (overrides if looks and not os.path.lexists(word) else targets).append(word)
    if not targets:
        raise click.UsageError("no config is named")
    return targets, overrides


def _files(targets: list[str], stdin_filename: Path | None) -> list[tuple[Path, str | None]]:
    """The configs to lint, each with its text if it is read from standard input."""
    found: list[tuple[Path, str | None]] = []
    for target in targets:
        if target == "-":
            found.append((stdin_filename or Path("<stdin>"), "-"))
            continue
        path = Path(target)
        if path.is_dir():
            found.extend((file, None) for file in _configs_below(path))
        elif not path.exists():
            raise click.UsageError(f"there is no file {target}")
        else:
            found.append((path, None))
    if not found:
        raise click.UsageError(f"no ROLL config lies below {', '.join(targets)}")
    return list(dict.fromkeys(found))


def _configs_below(folder: Path) -> list[Path]:
    """Pipeline configs below a folder; fragments are linted with the configs that include them."""
    from roll_schema import detect, text, tree

    found = []
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        try:
            root, faults = tree.parse(text.read(path))
        except OSError:
            continue
        if faults or (root is not None and detect.is_pipeline_config(root)):
            found.append(path)
    return found


def _lint(file: tuple[Path, str | None], options: Options) -> Result:

    from roll_schema import engine, text

    path, standard_input = file
    name = _display(path)
    path = Path(name)  # fragments are then named like it
    try:
        if standard_input:
            source = text.decode(sys.stdin.buffer.read(), name)
        else:
            source = text.read(path, name)
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror or error}") from None
    return engine.lint(path, source, _with_project(path, options))


def _with_project(path: Path, options: Options) -> Options:
    """The options, with what the nearest settings file says where the command line says nothing."""
    from dataclasses import replace

    from roll_schema import settings

    try:
        project = settings.find_project(path)
    except settings.InvalidSettings as error:
        raise click.UsageError(str(error)) from None
    folders = project.get("config-dirs", path)
    search_paths = options.search_paths
    if folders is not None and project.file is not None:
        search_paths += tuple(project.file.parent / name for name in folders.value)
    checkout, why = options.roll_src, "--roll-src"
    if checkout is None and (named := project.get("roll-src", path)) and project.file is not None:
        checkout, why = project.file.parent / named.value, named.reason
    select, ignore = project.get("select", path), project.get("ignore", path)
    return replace(
        options,
        project=project,
        **_fork(checkout, why, options.release),
        search_paths=search_paths,
        allowed=_allowed(path, search_paths),
        select=options.select or (_names(select.value) if select else frozenset()),
        ignore=options.ignore or (_names(ignore.value) if ignore else frozenset()),
    )


def _display(path: Path) -> str:
    """The path below the working folder where it lies there, else as it was given."""
    here = os.path.relpath(path)
    outside = here.startswith("..") or os.path.isabs(here)
    return (path if outside else Path(here)).as_posix()


def _allowed(path: Path, search_paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Folders that fragments may be read from: the project, or the folder beside the config's."""
    folder = path.parent.resolve()
    root = next((up for up in (folder, *folder.parents) if any((up / mark).exists() for mark in _MARKERS)), None)
    return (root or folder.parent, folder.parent, Path.cwd(), *search_paths)


def _fork(checkout: Path | None, why: str, release: str | None) -> dict[str, Any]:
    """The options for a checkout: its classes as a release, and what the summary says of it."""
    if checkout is None:
        return {}
    from roll_schema import extract

    try:
        fork = extract.release_of(checkout, release)
    except extract.InvalidCheckout as error:
        raise click.UsageError(str(error)) from None
    new, gone = extract.difference(fork)
    return {"fork": fork, "fork_reason": f"{why} {checkout}: {new} keys new or changed, {gone} gone"}


def _names(values: Iterable[str]) -> frozenset[str]:
    from roll_schema.rules import RULES

    names = frozenset(name.strip() for value in values for name in value.split(",") if name.strip())
    known = set(RULES) | {rule.group for rule in RULES.values()}
    for name in sorted(names - known):
        raise click.UsageError(f"{name} is neither a rule nor a group; see --list-rules")
    return names


def _settings_of(result: Result, options: Options) -> Iterator[str]:
    """What a config is checked against and why, for people."""
    from roll_schema.secrets import printable

    options = _with_project(Path(result.file), options)
    yield printable(result.file)
    yield f"  release   {result.release.name:18} {result.release.reason}"
    yield f"  pipeline  {result.pipeline.name:18} {printable(result.pipeline.reason)}"
    yield f"  settings  {options.project.file or 'none'}"
    for folder in options.search_paths:
        yield f"  fragments {folder}"
    for name, names in (("select", options.select), ("ignore", options.ignore)):
        if names:
            yield f"  {name:9} {', '.join(sorted(names))}"


def _undecided(result: Result) -> str | None:
    """A hint when nothing told the pipeline."""
    if result.pipeline.name in models.PIPELINES or result.composed is None:
        return None
    return (
        f"hint: {result.file}: no key tells the pipeline, so that only what is wrong in all of them is shown; name it "
        "with --pipeline\n"
    )


def _other_release(result: Result, options: Options, file: tuple[Path, str | None]) -> str | None:
    """A hint when nothing that fails at load would fail under another release."""
    from dataclasses import replace

    if file[1] is not None or not result.fails_at_load():
        return None
    names = [name for name in releases.NAMES if name != result.release.name]
    loading = [name for name in names if not _lint(file, replace(options, release=name)).fails_at_load()]
    if not loading:
        return None
    return f"hint: ROLL {', '.join(loading)} would load this config; name the release with --roll-release\n"


if __name__ == "__main__":
    main()
