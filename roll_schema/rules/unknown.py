"""What several rules say of a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable

from roll_schema.source.change import Write
from roll_schema.source.text import closest


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> tuple[str, Write | None]:
    """Advice with the edit: the known name that is most alike; where none is, what to do otherwise."""
    close = closest(name, known)
    return (f"Did you mean `{close}`?", Write(close)) if close else (otherwise, None)
