"""Linting from a test, and trees as plain values."""

from __future__ import annotations

import math
import re
import textwrap
from pathlib import Path
from typing import Any

from roll_schema.engine import linting
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.rules.rule import Rule
from roll_schema.source import tree
from roll_schema.source.diagnostic import Diagnostic
from roll_schema.source.text import Source, decode, read
from roll_schema.source.tree import Node
from tests.conftest import PROJECT

MARK = re.compile(r"\s*# (error|warning|info): \[([a-z0-9-]+)\]")
"""The comment on a line of a manual's example that says what is found there."""


def examples(rule: Rule) -> tuple[list[str], list[str]]:
    """The indented blocks of a manual: those with marks, in which the rule fires, and those without, in which not."""
    # From Python 3.13 on, docstrings have no tabs.
    found = re.findall(r"(?:^    .*\n|^\s*\n(?=    ))+", rule.manual.replace("␉", "\t") + "\n", re.M)
    blocks = [textwrap.dedent(block).strip("\n") + "\n" for block in found if block.strip()]
    return [block for block in blocks if MARK.search(block)], [block for block in blocks if not MARK.search(block)]


def lint_text(text: str | bytes, path: Path = Path("config.yaml"), **options: Any) -> Result:
    source = decode(text, path.name) if isinstance(text, bytes) else Source(path.name, text)
    return linting.lint(path, source, Options(pipeline="rlvr")._replace(**options))


def lint_path(path: Path, **options: Any) -> Result:
    """Lint a file under its bare name; fragments are named by their path below the project."""
    result = linting.lint(path, read(path, path.name), Options(**options))
    for diagnostic in result.diagnostics:
        for span in (diagnostic.span, *(note.span for note in diagnostic.notes)):
            name = Path(span.source.name)
            if name.is_absolute() and name.is_relative_to(PROJECT):
                span.source.name = name.relative_to(PROJECT).as_posix()
    return result


def places(result: Result, rule: str | None = None) -> list[tuple[str, int, int]]:
    """Rule, line and column of the diagnostics."""
    return [place(item) for item in result.diagnostics if rule in (None, item.rule)]


def place(item: Diagnostic) -> tuple[str, int, int]:
    first = item.span.first
    return (item.rule, first.line, first.column)


def plain(node: Node | None) -> Any:
    return tree.plain(node) if node is not None else None


def same(one: Any, other: Any) -> bool:
    """Equality with types, order of keys, and NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return same(list(one), list(other)) and all(
            same(a, b) for a, b in zip(one.values(), other.values(), strict=True)
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return bool(one == other)
