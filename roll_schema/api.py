"""The Python interface: `roll_schema.lint` and `roll_schema.load`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema import models
from roll_schema.engine import request
from roll_schema.engine.options import Options
from roll_schema.engine.request import InputError, Request
from roll_schema.engine.result import Result
from roll_schema.facts import releases
from roll_schema.models.section import Section
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.tree import plain


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
    request.check_targets(options.targets)
    return request.lint(Request(Path(path), options))


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
