"""A config's `defaults` expanded to the files it is made of, in the order in which they are merged."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from roll_schema.composition import defaults, grammar
from roll_schema.composition.defaults import Choice, Entry
from roll_schema.composition.fragments import File, Search
from roll_schema.composition.overrides import Override
from roll_schema.composition.stop import Stop
from roll_schema.source.diagnostic import Fault
from roll_schema.source.path import Key, parse
from roll_schema.source.text import Span
from roll_schema.source.tree import Node

MAX_INCLUDES = 1000
"""Fragments that one config may pull in, each use counted."""


class Fragment(NamedTuple):
    """A file that an entry of `defaults` includes: its path as written and on disk, its keys, and where they land."""

    entry: Span
    written: str
    path: Path
    keys: frozenset[Key]
    package: str


class Part(NamedTuple):
    """A file and the package that its keys land in."""

    file: File
    package: str

    @property
    def content(self) -> Node:
        """The file's keys below those of the package."""
        content = self.file.root
        for key in reversed(parse(self.package)):
            content = Node({key: content}, content.span)
        return content


class Expansion:
    """The entries of one config followed to their files; `faults` are those that do not stop it."""

    def __init__(self, search: Search) -> None:
        self.faults: list[Fault] = []
        self.fragments: list[Fragment] = []
        self._search = search
        self._added: list[Entry] = []
        self._choices: dict[str, tuple[Choice, Span]] = {}
        self._known: dict[str, str] = {}
        self._deleted: set[str] = set()
        self._active: list[Path] = []
        self._count = 0

    @property
    def is_complete(self) -> bool:
        """Whether every fragment was found."""
        return all(fault.rule != "missing-fragment" for fault in self.faults)

    def take(self, overrides: list[Override]) -> list[Override]:
        """Heed the overrides that choose fragments; gives the others, which set values."""
        values = []
        for override in overrides:
            if not self._search.is_group(override.key):
                values.append(override)
                continue
            value = override.value.value if override.value is not None else None
            choice = [item.value for item in value] if isinstance(value, list) else value
            if override.sign == "~":
                self._deleted.add(override.key)
            elif override.sign == "+":
                self._added.append(Entry(override.span, group=override.key, choice=choice, package=override.package))
            else:
                self._choices[override.key] = (choice, override.span)
        return values

    def parts(self, primary: File, package: str) -> list[Part]:
        """The parts of the primary config and of all that it includes."""
        return self._expand(primary, "", package, primary.root.span, self._added)

    def _expand(self, file: File, base: str, package: str, span: Span, added: list[Entry] | None = None) -> list[Part]:
        self._count += 1
        if file.path in self._active or self._count > MAX_INCLUDES:
            chain = " → ".join(path.name for path in [*self._active[-5:], file.path])
            is_cycle = file.path in self._active
            message = f"circular include: {chain}" if is_cycle else f"more than {MAX_INCLUDES:,} includes: {chain}"
            raise Stop(Fault("include-cycle", message, span, "remove this entry of `defaults`"))
        entries = [*file.entries, *(added or [])]
        if any(not entry.override for entry in entries) and not any(entry.is_self for entry in file.entries):
            entries.insert(len(file.entries), Entry(file.root.span, path="_self_"))
        for entry in entries:
            if entry.override:  # what an outer file says wins over an inner one
                self._choices.setdefault(defaults.join(base, entry.group), (entry.choice, entry.span))
        if all(entry.override for entry in entries):
            return [Part(file, package)]
        self._active.append(file.path)
        groups: list[list[Part]] = []
        for entry in reversed(entries):
            if entry.is_self:
                groups.append([Part(file, package)])
            elif not entry.override:
                groups.append(self._include(entry, base, package))
        self._active.pop()
        return [part for group in reversed(groups) for part in group]

    def _include(self, entry: Entry, base: str, package: str) -> list[Part]:
        if entry.path:
            return self._include_file(entry, entry.path, base, package)
        key = defaults.join(base, entry.group)
        if key in self._deleted:
            return []
        choice, span = self._choices.get(key, (entry.choice, entry.span))
        entry = entry._replace(span=span)
        if isinstance(choice, str) and "${" in choice:
            choice = self._choice_by_reference(choice, entry)
        if isinstance(choice, str):
            self._known.setdefault(key, choice)
        parts: list[Part] = []
        for option in choice if isinstance(choice, list) else [choice]:
            if option == "???":
                help = f"name a fragment of the folder `{key}` instead of `???`"
                raise Stop(Fault("missing-fragment", f"missing choice for the group `{key}`", entry.span, help))
            if option is not None:
                parts += self._include_file(entry, f"{entry.group}/{option}", base, package)
        return parts

    def _choice_by_reference(self, choice: str, entry: Entry) -> str:
        reference = grammar.whole_reference(choice)
        if reference is not None:
            known = {group: option for group, (option, _) in self._choices.items()} | self._known
            value = known.get("/".join(key for key in reference.keys if isinstance(key, str)))
            if isinstance(value, str):
                return value
        message = f"undefined choice `{choice}` for the group `{entry.group}`"
        raise Stop(Fault("missing-fragment", message, entry.span, f"name a fragment of the folder `{entry.group}`"))

    def _include_file(self, entry: Entry, path: str, base: str, outer: str) -> list[Part]:
        config_path = path.lstrip("/") if path.startswith("/") else defaults.join(base, path)
        file, faults = self._search.load(entry, config_path)
        self.faults += faults
        if file is None:
            return []
        package = defaults.package(entry, config_path, file.header, outer)
        if ".." in package or package.startswith("."):
            message = f"`{path}` is ignored: its keys are placed under `{package}`"
            self.faults.append(Fault("misplaced-fragment", message, entry.span, f"write `{path}@_here_`"))
        self.fragments.append(Fragment(entry.span, path, file.path, frozenset(file.root.value), package))
        return self._expand(file, config_path.rpartition("/")[0], package, entry.span)
