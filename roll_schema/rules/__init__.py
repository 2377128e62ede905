"""All rules, found in their folders, by group. Each is imported when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roll_schema.rules.rule import Rule

_FOLDER = os.path.dirname(__file__)


def _files(group: str) -> tuple[str, ...]:
    names = os.listdir(os.path.join(_FOLDER, group))
    return tuple(sorted(name[:-3] for name in names if name.endswith(".py") and name != "__init__.py"))


GROUPS: dict[str, tuple[str, ...]] = {
    entry.name: found
    for entry in sorted(os.scandir(_FOLDER), key=lambda entry: entry.name)
    if entry.is_dir() and (found := _files(entry.name))
}
"""The rules' files, by folder."""

FAULT_GROUPS = ("yaml", "compose", "interpolation", "settings")
"""Groups that put into words what the floors below found; their rules are asked for by name."""

OPTIONAL_GROUPS = ("run",)
"""Groups about where a config shall run other than in ROLL itself; asked for by `--target`."""

CLAIMING_GROUPS = ("schema", "release")
"""Groups with rules on what the models refuse."""


class _Rules(Mapping[str, "Rule"]):
    """Every rule by its name."""

    def __init__(self) -> None:
        self._groups = {name.replace("_", "-"): (group, name) for group, names in GROUPS.items() for name in names}
        self._loaded: dict[str, Rule] = {}

    def __getitem__(self, name: str) -> Rule:
        if name not in self._loaded:
            group, file = self._groups[name]
            self._loaded[name] = getattr(import_module(f"roll_schema.rules.{group}.{file}"), file)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)


RULES = _Rules()


@cache
def rules_of(group: str) -> tuple[Rule, ...]:
    """The rules of a group."""
    return tuple(RULES[name.replace("_", "-")] for name in GROUPS[group])
