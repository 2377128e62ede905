"""The first stage: a text is read, composed and resolved, and its release and pipeline are found out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from roll_schema.composition import compose, interpolate, overrides
from roll_schema.composition.causes import traced
from roll_schema.composition.compose import Composition
from roll_schema.engine import detect, settings
from roll_schema.engine.options import Options
from roll_schema.engine.result import UNDECIDED, Choice
from roll_schema.engine.settings import Setting
from roll_schema.facts import releases
from roll_schema.facts.releases import Release
from roll_schema.source import tree
from roll_schema.source.diagnostic import Fault
from roll_schema.source.redact import secret_values
from roll_schema.source.text import Source, Span
from roll_schema.source.tree import Node


class Document(NamedTuple):
    """A config as far as it could be loaded, for the release of `facts`.

    `root` is the tree of the text itself, `resolved` that of the whole config without `${…}`; `used` are the top-level
    keys that some `${…}` refers to, `unknown` counts values that only the run can know, `secrets` must not be shown.
    """

    path: Path
    source: Source
    release: Choice
    facts: Release
    pipeline: Choice
    faults: list[Fault]
    root: Node | None = None
    composition: Composition | None = None
    resolved: Node | None = None
    used: frozenset[str] = frozenset()
    unknown: int = 0
    secrets: frozenset[str] = frozenset()

    @property
    def includes(self) -> dict[Source, Span]:
        """The fragments, with the entries that ask for them."""
        return self.composition.includes if self.composition is not None else {}


def load(path: Path, source: Source, options: Options) -> Document:
    """Load one config; what is wrong with it is among its faults."""
    comments, faults = _comments(source)

    def asked(key: str, option: str | None) -> Iterator[Setting | None]:
        """What was asked for, most explicit first: command line, comment, settings file."""
        yield Setting(option, f"--{'roll-' * (key == 'release')}{key}") if option is not None else None
        yield comments.get(key)
        yield options.project.get(key, path)

    release = detect.release(path, *asked("release", options.release))
    facts = options.fork or releases.load(release.name)
    if options.fork is not None:
        release = Choice(options.fork.name, options.fork_reason)
    undecided = Choice(UNDECIDED, "the file could not be read")
    document = Document(path, source, release, facts, undecided, faults)

    root, found = tree.parse(source)
    if root is None and found:
        faults += (fault._replace(blocking=True) for fault in found)
        return document
    given, wrong = overrides.parse(list(options.overrides))
    faults += [*found, *wrong]
    if root is None or root.value is None:
        faults.append(Fault("empty-file", "this config is empty", source.span(0, 0), blocking=True))
        return document._replace(root=root)
    composition = compose.compose(path, source, root, given, options.search_paths, options.allowed)
    resolved, found, used, unknown = interpolate.resolve(composition.root)
    faults += traced(composition, found, used)
    secrets = secret_values(resolved) | secret_values(composition.root)
    for text in (source, *composition.includes):
        text.secrets = secrets
    return document._replace(
        root=root,
        composition=composition,
        resolved=resolved,
        used=frozenset(used),
        unknown=unknown,
        secrets=secrets,
        pipeline=detect.pipeline(resolved, path, facts.pipelines, *asked("pipeline", options.pipeline)),
    )


def _comments(source: Source) -> tuple[dict[str, Setting], list[Fault]]:
    """The settings that a file's comments make, and what is wrong with those that count for nothing."""
    valid: dict[str, Setting] = {}
    faults = []
    for key, setting in settings.comments(source):
        problem = settings.wrong(key, setting.value)
        if key not in settings.COMMENT_KEYS:
            problem = f"a comment can set {' and '.join(settings.COMMENT_KEYS)}, not `{key}`"
        if problem and setting.span:
            faults.append(Fault("invalid-setting", problem, setting.span))
        else:
            valid[key] = setting
    return valid, faults
