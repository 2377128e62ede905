"""Advice on an unknown name, for several rules."""

from __future__ import annotations

from collections.abc import Iterable

from roll_schema.source.change import Write
from roll_schema.source.text import closest


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> tuple[str, Write | None]:
    """The closest known name, with the edit; other advice where no name is close."""
    close = closest(name, known)
    return (f"did you mean `{close}`?", Write(close)) if close else (otherwise, None)
