"""What each ROLL release accepts, as data: `<release>.json` holds every config class with its fields."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

NAMES = ("0.1.0", "0.1.1", "0.1.3", "0.2.0", "0.2.1", "0.3.0")
DEFAULT_NAME = "0.1.3"


@dataclass(frozen=True)
class Release:
    """A ROLL release: `classes` maps a config class to its fields.

    A field has a `type`, a `default` or the class of its `section`, and, where it is a Literal, its `choices`.
    """

    name: str
    pipelines: dict[str, str]
    classes: dict[str, dict[str, dict[str, Any]]]

    def matches(self, bounds: str) -> bool:
        """Whether this release lies in bounds such as `>=0.1.3,<0.2.0`; empty bounds hold all."""
        here = _parts(self.name)
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


@cache
def load(name: str) -> Release:
    """The facts of a release; raises KeyError for a name that is not in NAMES."""
    if name not in NAMES:
        raise KeyError(name)
    facts = json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
    return Release(name, facts["pipelines"], facts["classes"])


def _parts(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("."))
