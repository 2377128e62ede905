"""What every command takes: configs, overrides, and where to look for what they need."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from roll_schema import models
from roll_schema.facts import releases
from roll_schema.source.secrets import printable
from roll_schema.source.text import MAX_BYTES

if TYPE_CHECKING:
    from roll_schema.engine.options import Options
    from roll_schema.engine.result import Result
    from roll_schema.source.text import Source

Input = tuple[Path, bool]
"""A config to read, and whether it is standard input that is read in its place."""

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


class Arguments(NamedTuple):
    """What every command is asked for: configs and overrides, and what is known about them."""

    words: tuple[str, ...]
    roll_release: str | None
    pipeline: str | None
    config_dirs: tuple[Path, ...]
    roll_src: Path | None
    stdin_filename: Path | None

    def read(self, cache: Path | None = None) -> tuple[list[Input], Options]:
        """The configs that are named, and how to lint them; raises click's UsageError."""
        from roll_schema.engine.options import Options

        targets, overrides = split(self.words)
        return files_of(targets, self.stdin_filename, cache), Options(
            release=self.roll_release,
            pipeline=self.pipeline,
            roll_src=self.roll_src,
            overrides=tuple(overrides),
            search_paths=self.config_dirs,
        )

    def lint_one(self, command: str) -> Result:
        """Lint the one config that a command takes; raises click's UsageError where several are named."""
        files, options = self.read()
        if len(files) != 1:
            raise click.UsageError(f"{command} takes one config")
        return lint_file(files[0], options)


def shared(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the arguments of every command, as its first one: Arguments."""

    @wraps(command)
    def gathered(**given: Any) -> int:
        asked = {name: given.pop(name) for name in Arguments._fields}
        return command(Arguments(**asked), **given)

    for decorate in reversed(_SHARED):
        gathered = decorate(gathered)
    return gathered


color_option = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True
)


def is_colored(color: str) -> bool:
    """What `--color` comes to for standard output."""
    return color == "always" or (color == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


def split(words: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Paths and overrides: a word with `=`, or a leading `+` or `~`, is an override unless such a path exists."""
    targets: list[str] = []
    overrides: list[str] = []
    for word in words:
        looks = "=" in word or word.startswith(("+", "~"))
        (overrides if looks and not os.path.lexists(word) else targets).append(word)
    if not targets:
        raise click.UsageError("no config is named")
    return targets, overrides


def files_of(targets: list[str], stdin_filename: Path | None, cache: Path | None = None) -> list[Input]:
    """The configs that are named, by themselves or by their folders."""
    found: list[Input] = []
    for target in targets:
        if target == "-":
            found.append((stdin_filename or Path("<stdin>"), True))
            continue
        path = Path(target)
        if path.is_dir():
            found.extend((file, False) for file in _configs_below(path, cache))
        elif not path.exists():
            raise click.UsageError(f"there is no file {target}")
        else:
            found.append((path, False))
    if not found:
        raise click.UsageError(f"no ROLL config lies below {', '.join(targets)}")
    return list(dict.fromkeys(found))


def _configs_below(folder: Path, cache: Path | None) -> list[Path]:
    from roll_schema.engine.discovery import configs_below

    found, too_large = configs_below(folder, cache)
    for path in too_large:
        click.echo(f"not checked: {printable(str(path))} is larger than {MAX_BYTES >> 20} MiB", err=True)
    return found


@contextmanager
def usage_errors() -> Iterator[None]:
    """What is wrong with what was given, as click's UsageError."""
    from roll_schema.engine.request import InputError

    try:
        yield
    except InputError as error:
        raise click.UsageError(str(error)) from None


def _standard_input() -> bytes:
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise click.UsageError(f"standard input cannot be read: larger than {MAX_BYTES // 2**20} MiB")
    return content


def lint_file(file: Input, options: Options, cache: Path | None = None, *, trees: bool = True) -> Result:
    """Lint one config; raises click's UsageError where it cannot be read."""
    from roll_schema.engine.request import Request, lint

    path, standard_input = file
    content = _standard_input() if standard_input else None
    with usage_errors():
        return lint(Request(path, options, content, cache, trees))


_WORTH_A_PROCESS = 40
"""Files that take about as long as to start another process."""


def lint_files(files: list[Input], options: Options, jobs: int | None, cache: Path | None) -> list[Result]:
    """Lint configs, by several processes where that is worth it; raises click's UsageError where one cannot be read."""
    many = min(jobs or os.cpu_count() or 1, len(files) if jobs else len(files) // _WORTH_A_PROCESS)
    if many < 2 or any(standard_input for _, standard_input in files):
        return [lint_file(file, options, cache, trees=False) for file in files]
    from roll_schema.cli import pool
    from roll_schema.engine.request import Request

    with usage_errors():
        return pool.lint_all([Request(path, options, cache=cache, trees=False) for path, _ in files], many)


def read_file(file: Input) -> tuple[Path, Source]:
    """A config's text, with the path that its fragments are found from; raises click's UsageError."""
    from roll_schema.engine import request

    path, standard_input = file
    with usage_errors():
        return request.read(path, _standard_input() if standard_input else None)


def with_project(path: Path, options: Options) -> Options:
    """The options, with what the nearest settings file says; raises click's UsageError."""
    from roll_schema.engine import request

    with usage_errors():
        return request.with_project(path, options)


def names_of(values: Iterable[str]) -> frozenset[str]:
    """Rules and groups that are named; raises click's UsageError."""
    from roll_schema.engine import request

    with usage_errors():
        return request.names_of(values)
