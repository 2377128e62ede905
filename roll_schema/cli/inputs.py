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
from roll_schema.source import files
from roll_schema.source.secrets import printable
from roll_schema.source.text import MAX_BYTES

if TYPE_CHECKING:
    from roll_schema.engine.cache import Cache
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


class Request(NamedTuple):
    """What every command is asked for: configs and overrides, and what is known about them."""

    words: tuple[str, ...]
    roll_release: str | None
    pipeline: str | None
    config_dirs: tuple[Path, ...]
    roll_src: Path | None
    stdin_filename: Path | None

    def read(self, cache_folder: Path | None = None) -> tuple[list[Input], Options]:
        """The configs that are named, and how to lint them; raises click's UsageError."""
        from roll_schema.engine.options import Options

        targets, overrides = split(self.words)
        return files_of(targets, self.stdin_filename, cache_folder), Options(
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
    """Give a command the arguments of every command, as its first one: a Request."""

    @wraps(command)
    def gathered(**given: Any) -> int:
        asked = {name: given.pop(name) for name in Request._fields}
        return command(Request(**asked), **given)

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


def files_of(targets: list[str], stdin_filename: Path | None, cache_folder: Path | None = None) -> list[Input]:
    """The configs that are named, by themselves or by their folders."""
    found: list[Input] = []
    for target in targets:
        if target == "-":
            found.append((stdin_filename or Path("<stdin>"), True))
            continue
        path = Path(target)
        if path.is_dir():
            found.extend((file, False) for file in _configs_below(path, cache_folder))
        elif not path.exists():
            raise click.UsageError(f"there is no file {target}")
        else:
            found.append((path, False))
    if not found:
        raise click.UsageError(f"no ROLL config lies below {', '.join(targets)}")
    return list(dict.fromkeys(found))


def _configs_below(folder: Path, cache_folder: Path | None) -> list[Path]:
    """Pipeline configs below a folder; fragments are linted with the configs that include them."""
    from roll_schema.engine.options import Options

    cache = _cache(cache_folder, Options())

    def is_one(path: Path) -> bool:
        def find() -> bool:
            return is_config(path, faulty=True)

        return cache.is_config(path, find) if cache is not None else find()

    found = []
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        if is_one(path):
            found.append(path)
        elif _is_too_large(path):
            click.echo(f"not checked: {printable(str(path))} is larger than {MAX_BYTES >> 20} MiB", err=True)
    return found


def _is_too_large(path: Path) -> bool:
    state = files.state(path)
    return state is not None and state[0] > MAX_BYTES


def is_config(path: Path, *, faulty: bool = False) -> bool:
    """Whether a file is a pipeline's config; one that is no YAML counts where it looks like one, or if `faulty`."""
    from roll_schema.engine import detect
    from roll_schema.source import text, tree

    try:
        source = text.read(path)
    except OSError:
        # One that cannot be read is told of; what is that large is none.
        return faulty and path.is_file() and path.stat().st_size <= text.MAX_BYTES
    if detect.mentions_pipeline(source.text):
        return True  # which spares reading it as YAML
    root, faults = tree.parse(source)
    if faults:
        return faulty
    return root is not None and detect.is_pipeline_config(root)


@contextmanager
def usage_errors() -> Iterator[None]:
    """What the interface says of what was given, as click's UsageError."""
    from roll_schema import api

    try:
        yield
    except api.InputError as error:
        raise click.UsageError(str(error)) from None


def _cache(folder: Path | None, options: Options) -> Cache | None:
    if folder is None:
        return None
    from roll_schema.engine.cache import Cache

    return Cache(folder, options)


def _standard_input() -> bytes:
    content = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise click.UsageError(f"standard input cannot be read: larger than {MAX_BYTES // 2**20} MiB")
    return content


def lint_file(file: Input, options: Options) -> Result:
    """Lint one config; raises click's UsageError where it cannot be read."""
    from roll_schema import api

    path, standard_input = file
    with usage_errors():
        if standard_input:
            return api.lint_text(path, _standard_input(), options)
        return api.lint_file(path, options)


_WORTH_A_PROCESS = 40
"""Files that take about as long as to start another process."""


def lint_files(files: list[Input], options: Options, jobs: int | None, cache_folder: Path | None) -> list[Result]:
    """Lint configs, by several processes where that is worth it; raises click's UsageError where one cannot be read.

    The results are without trees, so that ten thousand of them fit in memory; what is known of a config by the folder
    of the cache is not found out again.
    """
    from roll_schema import api

    many = min(jobs or os.cpu_count() or 1, len(files) if jobs else len(files) // _WORTH_A_PROCESS)
    if many < 2 or any(standard_input for _, standard_input in files):
        cache = _cache(cache_folder, options)
        with usage_errors():
            return [
                lint_file((path, True), options) if standard_input else api.lint_lightly(path, options, cache)
                for path, standard_input in files
            ]
    from roll_schema.cli import pool

    with usage_errors():
        return pool.lint_all([path for path, _ in files], options, many, cache_folder)


def read_file(file: Input) -> tuple[Path, Source]:
    """A config's text, with the path that its fragments are found from; raises click's UsageError."""
    from roll_schema import api
    from roll_schema.source import text

    path, standard_input = file
    if standard_input:
        shown = api.displayed(path)
        return shown, text.decode(_standard_input(), shown.as_posix())
    with usage_errors():
        return api.read(path)


def with_project(path: Path, options: Options) -> Options:
    """The options, with what the nearest settings file says; raises click's UsageError."""
    from roll_schema import api

    with usage_errors():
        return api.with_project(path, options)


def names_of(values: Iterable[str]) -> frozenset[str]:
    """Rules and groups that are named; raises click's UsageError."""
    from roll_schema import api

    with usage_errors():
        return api.names_of(values)
