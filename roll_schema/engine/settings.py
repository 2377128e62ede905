"""Settings that stand beside the configs: comments in them, `roll-lint.toml`, `[tool.roll-lint]` in pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema import models
from roll_schema.facts import releases, toml
from roll_schema.facts.catalog.gpus import GPUS
from roll_schema.source import files
from roll_schema.source.diagnostic import Severity
from roll_schema.source.text import Source, Span, closest

FILES = ("roll-lint.toml", "pyproject.toml")
KEYS = {
    "release": str,
    "pipeline": str,
    "roll-src": str,
    "config-dirs": list,
    "select": list,
    "ignore": list,
    "preview": bool,
    "severity": dict,
    "manual": str,
    "schemas": str,
    "target": str,
    "gpu": str,
    "nodes": int,
    "gpus-per-node": int,
}
"""Keys of the settings file; `[paths."pattern"]` may set the same for configs whose path matches."""

_KINDS = {
    str: "a text",
    list: "a list of texts",
    bool: "true or false",
    int: "a number",
    dict: "a table of rules and their severities",
}

COMMENT_KEYS = ("release", "pipeline")
"""Settings that a comment may make for its file."""

_LEVELS = tuple(severity.value for severity in Severity)
_COMMENT = re.compile(r"^[ \t]*#[ \t]*roll-lint:[ \t]*(?P<pairs>\w[\w-]*=.*)$", re.M)
_PAIR = re.compile(r"(?P<key>[\w-]+)=(?P<value>[^\s,]+)")
_OUR_TABLE = re.compile(
    r"""tool['"]?\s*\.\s*['"]?roll-lint|^\s*\[\s*['"]?tool['"]?\s*\]|^\s*['"]?tool['"]?\s*=""", re.M
)
"""What a table of ours may begin with, or one that may hold it."""
_PAGE = re.compile(r"https?://[!-~]+")
_MAX_BYTES = 1024 * 1024


class InvalidSettings(ValueError):
    """A settings file that cannot be read or says something that roll-lint does not know."""


class Setting(NamedTuple):
    """A value with the place it comes from, in words for people and, in a comment, as a span."""

    value: Any
    reason: str
    span: Span | None = None


class Project(NamedTuple):
    """The settings file that applies to a folder; empty where there is none."""

    file: Path | None = None
    values: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}

    def get(self, key: str, path: Path) -> Setting | None:
        """What the file says for a config: by the last pattern that matches its path, else for all."""
        if self.file is None:
            return None
        name = _relative(path, self.file.parent)
        for pattern, values in reversed(self.paths.items()):
            if key in values and fnmatchcase(name, pattern):
                return Setting(values[key], f'paths."{pattern}" in {self.file.name}')
        return Setting(self.values[key], self.file.name) if key in self.values else None

    def severities(self, path: Path) -> dict[str, Severity]:
        """Severities of rules and groups for a config; a later pattern that matches overrules an earlier one."""
        if self.file is None:
            return {}
        name = _relative(path, self.file.parent)
        tables = [self.values, *(values for pattern, values in self.paths.items() if fnmatchcase(name, pattern))]
        return {rule: Severity(level) for table in tables for rule, level in table.get("severity", {}).items()}


def find_project(path: Path) -> Project:
    """The nearest settings file at or above a config's folder; raises InvalidSettings."""
    folder = files.resolve(path.parent)
    for up in (folder, *folder.parents):
        for name in FILES:
            file = up / name
            if files.is_file(file) and (project := _read(file)) is not None:
                return project
    return Project()


def comments(source: Source) -> Iterator[tuple[str, Setting]]:
    """The settings in `# roll-lint: key=value …` comments."""
    if "roll-lint:" not in source.text:
        return
    for comment in _COMMENT.finditer(source.text):
        for pair in _PAIR.finditer(source.text, comment.start("pairs"), comment.end("pairs")):
            span = source.span(pair.start(), pair.end())
            yield pair["key"], Setting(pair["value"], f"comment on line {span.first.line}", span)


def wrong(key: str, value: str) -> str:
    """What is wrong with a setting's value, where it is one of a few; empty when nothing is."""
    known: dict[str, Iterable[str]] = {
        "release": releases.NAMES,
        "pipeline": models.PIPELINES,
        "gpu": GPUS,
    }
    if key not in known or value in known[key]:
        return ""
    return f"there is no {key} `{value}`; known are {', '.join(known[key])}"


def _read(file: Path) -> Project | None:
    try:
        text = files.read(file, _MAX_BYTES).decode("utf-8")
        if file.name == "pyproject.toml" and not _OUR_TABLE.search(text):
            return None  # which spares reading it as TOML
        document = toml.parse(text)
    except (OSError, ValueError) as error:
        if file.name == "pyproject.toml" and not isinstance(error, InvalidSettings):
            return None  # not ours to judge
        raise InvalidSettings(f"{file}: {error}") from None
    if file.name == "pyproject.toml":
        tools = document.get("tool")
        if not isinstance(tools, dict) or "roll-lint" not in tools:
            return None
        document = tools["roll-lint"]
    if not isinstance(document, dict):
        raise InvalidSettings(f"{file}: [tool.roll-lint] must be a table")
    paths = document.pop("paths", {})
    if not isinstance(paths, dict) or not all(isinstance(values, dict) for values in paths.values()):
        raise InvalidSettings(f'{file}: `paths` must hold tables, such as [paths."configs/agentic/**"]')
    for where, values in (("", document), *paths.items()):
        _check(file, where, values)
    return Project(file, document, paths)


def _check(file: Path, where: str, values: dict[str, Any]) -> None:
    for key, value in values.items():
        place = f'paths."{where}".{key}' if where else key
        if key not in KEYS:
            close = closest(key, KEYS)
            hint = f"; did you mean `{close}`?" if close else f"; known are {', '.join(KEYS)}, paths"
            raise InvalidSettings(f"{file}: there is no setting `{place}`{hint}")
        wanted = KEYS[key]
        all_texts = not isinstance(value, list) or all(isinstance(item, str) for item in value)
        if type(value) is not wanted or not all_texts:
            raise InvalidSettings(f"{file}: `{place}` must be {_KINDS[wanted]}")
        odd = [rule for rule, level in value.items() if level not in _LEVELS] if isinstance(value, dict) else []
        if odd:
            raise InvalidSettings(f"{file}: `{place}.{odd[0]}` must be one of {', '.join(_LEVELS)}")
        if key == "manual" and not _PAGE.fullmatch(str(value)):
            raise InvalidSettings(f"{file}: `{place}` must be an address that begins with http:// or https://")
        if type(value) is int and value < 1:
            raise InvalidSettings(f"{file}: `{place}` must be 1 or more")
        if problem := wrong(key, str(value)):
            raise InvalidSettings(f"{file}: {problem}")


def _relative(path: Path, folder: Path) -> str:
    try:
        return files.resolve(path).relative_to(folder).as_posix()
    except ValueError:
        return path.as_posix()
