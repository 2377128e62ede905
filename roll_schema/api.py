"""The Python interface: `roll_schema.lint` and `roll_schema.load`, and what commands share with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from roll_schema import models
from roll_schema.engine import linting, settings
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.facts import releases
from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.models.section import Section
from roll_schema.rules import GROUPS, OPTIONAL_GROUPS, RULES
from roll_schema.rules.rule import Cluster
from roll_schema.source import files, text
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.text import Source
from roll_schema.source.tree import plain

if TYPE_CHECKING:
    from roll_schema.engine.cache import Cache

_MARKERS = (".git", "pyproject.toml", "roll-lint.toml")


class InputError(Exception):
    """A file, a settings file or a name that was given cannot be used; the message says why."""


class LintError(Exception):
    """A config has errors; `result` has everything that linting it gave."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__("\n".join(f"{item.span.source.name}: {item.message}" for item in self.diagnostics))

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """The errors."""
        return [item for item in self.result.diagnostics if item.severity is Severity.ERROR]


class Checked(NamedTuple):
    """A config without errors: typed, with the release's defaults, and as plain values as ROLL composes them."""

    config: Section
    composed: dict[str, Any]
    result: Result

    @classmethod
    def of(cls, result: Result) -> Checked:
        """What linting gave, if there was no error in it; raises LintError."""
        if result.count(Severity.ERROR) or result.config is None or result.resolved is None:
            raise LintError(result)
        return cls(result.config, plain(result.resolved), result)

    @property
    def pipeline(self) -> str:
        """The pipeline that the config is for."""
        return self.result.pipeline.name


def lint(
    path: str | Path,
    overrides: Sequence[str] = (),
    *,
    release: str | None = None,
    pipeline: str | None = None,
    config_dirs: Sequence[str | Path] = (),
    target: str = "",
) -> Result:
    """Lint a config, and never raise for what it holds.

    `target` names an optional group of rules to go by as well: `run` for what roll-run's own engine covers. Raises
    InputError where the file cannot be read, or something else that was given cannot be used.
    """
    for kind, name, known in (("release", release, releases.NAMES), ("pipeline", pipeline, models.PIPELINES)):
        if name is not None and name not in known:
            raise InputError(f"there is no {kind} {name}; known are {', '.join(known)}")
    options = Options(
        release=release,
        pipeline=pipeline,
        overrides=tuple(overrides),
        search_paths=tuple(map(Path, config_dirs)),
        targets=frozenset({target} - {""}),
    )
    check_targets(options.targets)
    return lint_file(Path(path), options)


def load(
    path: str | Path,
    overrides: Sequence[str] = (),
    *,
    release: str | None = None,
    pipeline: str | None = None,
    config_dirs: Sequence[str | Path] = (),
    target: str = "",
) -> Checked:
    """A config that has no errors, or LintError with all of them; for the rest see `lint`."""
    return Checked.of(lint(path, overrides, release=release, pipeline=pipeline, config_dirs=config_dirs, target=target))


def lint_file(path: Path, options: Options) -> Result:
    """Lint one config, with what the settings file of its project says; raises InputError."""
    path, source = read(path)
    return linting.lint(path, source, with_project(path, options))


def lint_lightly(path: Path, options: Options, cache: Cache | None) -> Result:
    """Lint one config for a report, which needs no trees, or take what the cache knows; raises InputError."""

    def lint() -> Result:
        return lint_file(path, options).forget_trees()

    return cache.lint(path, lint) if cache is not None else lint()


def lint_text(path: Path, content: bytes, options: Options) -> Result:
    """Lint what stands for the file at a path; raises InputError for its project's settings."""
    path = displayed(path)
    return linting.lint(path, text.decode(content, path.as_posix()), with_project(path, options))


def read(path: Path) -> tuple[Path, Source]:
    """A config's text, with the path that its fragments are found from; raises InputError."""
    path = displayed(path)  # fragments are then named like it
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
    severities = project.severities(path)
    for name in severities:
        names_of([name], f"{project.file}: ", alone=True)
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
    """Rules and groups that are named, each value `alone` or with commas; raises InputError."""
    parts = (part for value in values for part in ([value] if alone else value.split(",")))
    names = frozenset(part.strip() for part in parts if part.strip())
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
    from roll_schema.facts import extract

    try:
        fork = extract.release_of(checkout, release)
    except extract.InvalidCheckout as error:
        raise InputError(str(error)) from None
    new, gone = extract.difference(fork)
    return {"fork": fork, "fork_reason": f"{why} {checkout}: {new} keys new or changed, {gone} gone"}
