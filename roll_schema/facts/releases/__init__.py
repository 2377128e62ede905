"""What each ROLL release accepts, as data: `<release>.json` holds every config class with its fields.

`changes.toml` says what became of keys and choices that a release no longer has, and why.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

NAMES = ("0.1.0", "0.1.1", "0.1.3", "0.2.0", "0.2.1", "0.3.0")
DEFAULT_NAME = "0.1.3"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, eq=False, repr=False)
class Release:
    """A ROLL release: `pipelines` maps a pipeline to its config class, `classes` a config class to its fields.

    A field has a `type`, a `default` or the class of its `section`, and, where it is a Literal, its `choices`.
    `unread` names the fields of a class that nothing in ROLL reads; `registries` holds the names that ROLL looks up
    later (templates, environments, worker classes). `changed` names the fields that a fork has and the release itself
    has not, or of another type.
    """

    name: str
    pipelines: dict[str, str]
    classes: dict[str, dict[str, dict[str, Any]]]
    unread: dict[str, list[str]]
    registries: dict[str, list[str]]
    changed: dict[str, frozenset[str]] = field(default_factory=dict)

    def __reduce_ex__(self, protocol: Any) -> Any:
        # Between processes the name is enough, except for a fork.
        is_own = self.name in NAMES and self is load(self.name)
        return (load, (self.name,)) if is_own else object.__reduce_ex__(self, 4)

    def matches(self, bounds: str) -> bool:
        """Whether this release lies in bounds such as `>=0.1.3,<0.2.0`; empty bounds hold all."""
        return not bounds or _lies_in(self.name, bounds)


@cache
def _lies_in(name: str, bounds: str) -> bool:
    here = _parts(name)
    for bound in filter(None, bounds.replace(" ", "").split(",")):
        operator = bound.rstrip("0123456789.")
        other = _parts(bound[len(operator) :])
        holds = {
            "<": here < other,
            "<=": here <= other,
            ">": here > other,
            ">=": here >= other,
            "==": here == other,
        }
        if not holds[operator]:
            return False
    return True


class Change(NamedTuple):
    """What became of a key of a class, or of one choice of it, in the release `since`.

    `advice` is the help of the rules; `rename` is the new name where a rename is all, `delete` says that without the
    key nothing changes.
    """

    owner: str
    key: str
    since: str
    advice: str
    choice: str = ""
    rename: str = ""
    delete: bool = False


class Behaviour(NamedTuple):
    """What ROLL does otherwise from the release `since` on with a key of a class that is set, or left out (`unset`).

    `note` is a predicate whose subject is ROLL; `strategies` limits it to sections of these strategies (empty: all).
    """

    owner: str
    key: str
    since: str
    note: str
    unset: bool = False
    strategies: tuple[str, ...] = ()


@cache
def load(name: str) -> Release:
    """The facts of a release; raises KeyError for a name that is not in NAMES."""
    if name not in NAMES:
        raise KeyError(name)
    facts = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Release(name, facts["pipelines"], facts["classes"], facts["unread"], facts["registries"])


@cache
def changes() -> tuple[Change, ...]:
    """What became of keys and choices, by `changes.toml`."""
    return tuple(Change(**row) for row in _rows("change"))


@cache
def behaviours() -> tuple[Behaviour, ...]:
    """What the same config means otherwise in a later release, by `changes.toml`."""
    return tuple(Behaviour(**{**row, "strategies": tuple(row.get("strategies", ()))}) for row in _rows("behaviour"))


def _rows(table: str) -> Iterator[dict[str, Any]]:
    """The rows of a table of `changes.toml`, one for each of their `owners`."""
    from roll_schema.facts.toml import parse

    for row in parse((_FOLDER / "changes.toml").read_text(encoding="utf-8"))[table]:
        yield from ({**row, "owner": owner} for owner in row.pop("owners"))


def change_of(owner: str, key: str, release: Release, choice: str = "") -> Change | None:
    """What became of a key or a choice that `release` does not have; None where it is yet to come, or unrecorded."""
    found = [
        change
        for change in changes()
        if (change.owner, change.key, change.choice) == (owner, key, choice) and release.matches(f">={change.since}")
    ]
    return found[-1] if found else None


def span_of(names: list[str]) -> str:
    """Releases for people: `0.1.1`, `0.1.0 to 0.2.1`, `0.1.0 and 0.3.0`."""
    places = [NAMES.index(name) for name in names]
    if len(names) > 2 and places == list(range(places[0], places[-1] + 1)):
        return f"{names[0]} to {names[-1]}"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def have(names: list[str]) -> str:
    """`ROLL 0.1.3 has`, `ROLL 0.1.0 to 0.2.1 have`."""
    return f"ROLL {span_of(names)} {'has' if len(names) == 1 else 'have'}"


def _parts(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("."))
