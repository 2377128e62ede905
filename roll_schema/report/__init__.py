"""Results in the formats that people and programs read."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roll_schema.engine.result import Result

FOR_PEOPLE = ("text", "concise", "github")
"""Formats that are read line by line, and end with a summary."""

DOCUMENTS = ("json", "jsonl", "sarif", "gitlab", "junit", "checkstyle")
"""Formats that are one document; each is a module here."""


FORMATS = (*FOR_PEOPLE, *DOCUMENTS)


def render(form: str, results: list[Result]) -> str:
    """One of the DOCUMENTS."""
    document: str = import_module(f"roll_schema.report.{form}").render(results)
    return document
