"""The files that entries of `defaults` include: where they are, which may be read, and what they hold."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from roll_schema.composition import defaults
from roll_schema.composition.defaults import Entry
from roll_schema.composition.stop import Stop
from roll_schema.source import files, scalars, tree
from roll_schema.source.diagnostic import Fault, Note
from roll_schema.source.text import Source, Span, closest, listed, read
from roll_schema.source.tree import Node

_WITHOUT_SPACE = re.compile(r"\w+:(?=\S)")
"""A key and its colon, where the value follows without a space."""


class File(NamedTuple):
    """A parsed file: its keys without `defaults`, and what its header and its `defaults` say."""

    path: Path
    source: Source
    root: Node
    header: str | None
    entries: list[Entry]


def parsed(path: Path, source: Source, root: Node) -> File:
    """A file from its tree."""
    if not isinstance(root.value, dict):
        message = f"expected a mapping of keys to values, found {scalars.kind(root.value)}"
        without_space = _WITHOUT_SPACE.match(root.span.text)
        help = f"write a space after `{without_space[0]}`" if without_space else "write `key: value` lines"
        raise Stop(Fault("not-a-mapping", message, root.span, help))
    own = {key: child for key, child in root.value.items() if key != "defaults"}
    header = defaults.header(source)
    return File(path, source, replace(root, value=own), header, defaults.entries(root.value.get("defaults")))


class Search:
    """The folders that fragments are searched in, in order, and the files read so far."""

    def __init__(self, folders: list[Path], allowed: Iterable[Path]) -> None:
        self.folders = folders
        self.includes: dict[Source, Span] = {}
        self._allowed = [files.resolve(path) for path in allowed]
        self._files: dict[Path, File] = {}

    def is_group(self, key: str) -> bool:
        """Whether a key is that of a folder of fragments."""
        return "." not in key and key != "" and any(files.is_dir(folder / key) for folder in self.folders)

    def load(self, entry: Entry, config_path: str) -> tuple[File | None, list[Fault]]:
        """The file of an entry, if there is one, and what is wrong so far but does not stop the composition."""
        if config_path.startswith("hydra/"):
            return None, []  # Hydra's own fragments fill the `hydra` block, which is set aside
        name = config_path if config_path.endswith((".yaml", ".yml")) else config_path + ".yaml"
        for folder in self.folders:
            path = Path(_lexical(folder / name))
            if path in self._files:
                return self._files[path], []
            if not files.is_file(path):
                continue
            if not self._may_read(path):
                message = f"`{config_path}` is outside the project, so roll-lint does not read it"
                help_text = "allow its folder with `--config-dir`"
                raise Stop(Fault("include-outside-project", message, entry.span, help_text))
            self._files[path], faults = self._read(path, entry)
            return self._files[path], faults
        return None, [] if entry.optional else [self._missing(entry, config_path, name)]

    def _may_read(self, path: Path) -> bool:
        resolved = files.resolve(path)
        return not self._allowed or any(resolved.is_relative_to(folder) for folder in self._allowed)

    def _read(self, path: Path, entry: Entry) -> tuple[File, list[Fault]]:
        try:
            source = read(path)
        except OSError as error:
            message = f"`{path.name}` cannot be read: {error.strerror or error}"
            raise Stop(Fault("missing-fragment", message, entry.span, f"make `{path.name}` readable")) from None
        self.includes[source] = entry.span
        root, found = tree.parse(source)
        faults = [fault._replace(notes=(*fault.notes, Note("included here", entry.span))) for fault in found]
        if root is None and faults:
            raise Stop(*faults)
        try:
            return parsed(path, source, root or Node({}, source.span(0, 0))), faults
        except Stop as stop:
            raise Stop(*faults, *stop.faults) from None

    def _missing(self, entry: Entry, config_path: str, name: str) -> Fault:
        """Hydra stops here; what the other fragments define is known all the same."""
        folder = Path(_lexical(self.folders[0] / name)).parent
        help_text = "correct the path, or create the file"
        if files.is_dir(folder) and self._may_read(folder):
            options = [option.removesuffix(".yaml") for option in files.names(folder, ".yaml")]
            if close := closest(Path(name).stem, options):
                help_text = f"did you mean `{config_path[: len(config_path) - len(Path(config_path).name)]}{close}`?"
            elif options:
                help_text = f"name one of the fragments in this folder: {listed(options)}"
        message = f"missing fragment `{name}`"
        return Fault("missing-fragment", message, entry.span, help_text, variable=Path(name).stem, blocking=True)


def _lexical(path: Path) -> str:
    """The path without `..`, so that one file has one name; symbolic links stay as they are."""
    return os.path.normpath(path)
