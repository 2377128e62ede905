"""A fork of ROLL: its checkout as a release, over the known release that it is nearest to."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from roll_schema.facts import releases
from roll_schema.facts.forks.checkout import Fields, InvalidCheckout, classes_of
from roll_schema.facts.releases import Release


def read(folder: Path, base: str | None = None) -> Release:
    """The checkout as a release: its own classes over those of the nearest one, or of `base`.

    Raises InvalidCheckout.
    """
    classes = classes_of(folder)
    if "WorkerConfig" not in classes:
        raise InvalidCheckout(f"`{folder}` is not a ROLL checkout: no class `WorkerConfig` in `roll/configs`")
    nearest = releases.load(base or nearest_to(classes))
    changed = {
        name: frozenset(key for key, fact in fields.items() if _kind(fact) != _kind(nearest.classes[name].get(key, {})))
        for name, fields in classes.items()
        if name in nearest.classes
    }
    return replace(nearest, classes={**nearest.classes, **classes}, changed=changed)


@cache
def release_of(folder: Path, base: str | None = None) -> Release:
    """The checkout in a folder as a release, read once; see `read`. Raises InvalidCheckout."""
    return read(folder, base)


def nearest_to(classes: dict[str, Fields]) -> str:
    """The known release whose classes differ least; of several the latest."""

    def distance(name: str) -> int:
        known = releases.load(name).classes
        return sum(len(_kinds(fields) ^ _kinds(known.get(owner, {}))) for owner, fields in classes.items())

    return min(reversed(releases.NAMES), key=distance)


def difference(fork: Release) -> tuple[int, int]:
    """How many keys of a checkout are new or of another type than in the release below it, and how many are gone."""
    known = releases.load(fork.name).classes
    gone = sum(len(set(known[name]) - set(fork.classes[name])) for name in fork.changed)
    return sum(map(len, fork.changed.values())), gone


def _kinds(fields: Fields) -> set[tuple[str, tuple[str, str]]]:
    return {(key, _kind(fact)) for key, fact in fields.items()}


def _kind(fact: dict[str, Any]) -> tuple[str, str]:
    return str(fact.get("type")), str(fact.get("choices"))
