"""What is asked: a config, and how to lint it; completed by its project's settings, and answered from the cache."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from roll_schema.engine import settings
from roll_schema.engine.options import Options
from roll_schema.facts.catalog.gpus import GPUS, Cluster
from roll_schema.rules import GROUPS, OPTIONAL_GROUPS, RULES
from roll_schema.rules.renamed import current
from roll_schema.source import files, text

if TYPE_CHECKING:
    from roll_schema.engine.result import Result
    from roll_schema.source.text import Source

_MARKERS = (".git", "pyproject.toml", "roll-lint.toml")


class InputError(Exception):
    """A file, a settings file or a name that was given cannot be used; the message says why."""


class Request(NamedTuple):
    """A config to lint.

    `content` stands for what the file holds, and `cache` is the folder with earlier results. Without `trees` the result
    has only what reports show, so that ten thousand of them fit in memory; such results alone are taken from a cache.
    """

    path: Path
    options: Options
    content: bytes | None = None
    cache: Path | None = None
    trees: bool = True


def lint(request: Request) -> Result:
    """What linting a config gives, or gave; raises InputError where it or its settings cannot be read."""
    if request.cache is None or request.trees or request.content is not None:
        return _lint(request)
    from roll_schema.engine.cache import Cache

    return Cache(request.cache, request.options).lint(request.path, lambda: _lint(request))


def _lint(request: Request) -> Result:
    from roll_schema.engine import linting  # which is much to import, where the cache may know the answer

    path, source = read(request.path, request.content)
    result = linting.lint(path, source, with_project(path, request.options))
    return result if request.trees else result.forget_trees()


def read(path: Path, content: bytes | None = None) -> tuple[Path, Source]:
    """A config's text, with the path that its fragments are found from; raises InputError."""
    path = displayed(path)  # fragments are then named like it
    if content is not None:
        return path, text.decode(content, path.as_posix())
    try:
        return path, text.read(path, path.as_posix())
    except OSError as error:
        raise InputError(f"{path.as_posix()} cannot be read: {error.strerror or error}") from None


def displayed(path: Path) -> Path:
    """The path below the working folder where it lies there, else as it was given."""
    here = files.relative(path)
    return path if here.is_absolute() or here.parts[:1] == ("..",) else here


def with_project(path: Path, options: Options) -> Options:
    """The options, with what the nearest settings file says where they say nothing; raises InputError."""
    try:
        project = settings.find_project(path)
    except settings.InvalidSettings as error:
        raise InputError(str(error)) from None
    said = {key: setting for key in settings.KEYS if (setting := project.get(key, path)) is not None}
    values = {key: setting.value for key, setting in said.items()}
    search_paths, checkout, why = options.search_paths, options.roll_src, "--roll-src"
    if project.file is not None:
        search_paths += tuple(project.file.parent / name for name in values.get("config-dirs", ()))
        if checkout is None and "roll-src" in said:
            checkout, why = project.file.parent / values["roll-src"], said["roll-src"].reason
    severities = {
        rule: severity
        for name, severity in project.severities(path).items()
        for rule in names_of([name], f"{project.file}: ", alone=True)
    }
    targets = options.targets or frozenset(filter(None, [values.get("target")]))
    check_targets(targets, f"{project.file}: ")
    nodes = options.nodes or values.get("nodes")
    cluster = Cluster(nodes, options.gpus_per_node or values.get("gpus-per-node", 8)) if nodes else None
    return options._replace(
        project=project,
        **_fork(checkout, why, options.release),
        search_paths=search_paths,
        allowed=_allowed(path, search_paths),
        select=options.select or names_of(values.get("select", ()), f"{project.file}: "),
        ignore=options.ignore or names_of(values.get("ignore", ()), f"{project.file}: "),
        targets=targets,
        cluster=options.cluster or cluster,
        gpu=options.gpu or (GPUS[values["gpu"]] if "gpu" in values else None),
        preview=options.preview or values.get("preview", False),
        severities=severities,
        manual=options.manual or values.get("manual", ""),
    )


def check_targets(targets: Iterable[str], where: str = "") -> None:
    """Raises InputError for a target that is none."""
    for name in targets:
        if name not in OPTIONAL_GROUPS:
            raise InputError(f"{where}{name} is no target; there is {', '.join(OPTIONAL_GROUPS)}")


def names_of(values: Iterable[str], where: str = "", *, alone: bool = False) -> frozenset[str]:
    """Rules and groups that are named, also by former names, each value `alone` or with commas; raises InputError."""
    parts = (part for value in values for part in ([value] if alone else value.split(",")))
    names = frozenset(name for part in parts if part.strip() for name in current(part.strip()))
    known = {*RULES, *GROUPS}
    for name in sorted(names - known):
        close = text.closest(name, known)
        advice = f"did you mean {close}?" if close else "see --list-rules"
        raise InputError(f"{where}{name} is neither a rule nor a group; {advice}")
    return names


def _allowed(path: Path, search_paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Folders that fragments may be read from: the project, or the folder beside the config's."""
    folder = files.resolve(path.parent)
    root = next((up for up in (folder, *folder.parents) if any(files.exists(up / mark) for mark in _MARKERS)), None)
    return (root or folder.parent, folder.parent, Path.cwd(), *search_paths)


def _fork(checkout: Path | None, why: str, release: str | None) -> dict[str, Any]:
    """The options for a checkout: its classes as a release, and what the summary says of it."""
    if checkout is None:
        return {}
    from roll_schema.facts import forks
    from roll_schema.facts.forks.checkout import InvalidCheckout

    try:
        fork = forks.release_of(checkout, release)
    except InvalidCheckout as error:
        raise InputError(str(error)) from None
    new, gone = forks.difference(fork)
    return {"fork": fork, "fork_reason": f"{why} {checkout}: {new} keys new or changed, {gone} gone"}
