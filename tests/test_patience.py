"""Tests look at no clock, and wait for PATIENCE: how busy the machine is decides none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.patience import processor_limit, steps

OWN = {"guard.py", "patience.py"}
"""Which look at the clock for the others."""
FILES = sorted(
    path for path in (ROOT / "tests").rglob("*.py") if path.name not in OWN and "node_modules" not in path.parts
)
CLOCKS = {"time", "timeit"}


def faults(tree: ast.AST) -> Iterator[int]:
    """Lines that take a clock, or wait for a time of their own."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) if CLOCKS & {name.name for name in names}:
                yield node.lineno
            case ast.ImportFrom(module=module) if module in CLOCKS:
                yield node.lineno
            case ast.keyword(arg="timeout", value=value) if not _is_patience(value):
                yield value.lineno
            case ast.Call(
                func=ast.Attribute(attr="wait") | ast.Attribute(ast.Name("asyncio"), "wait_for"),
                args=[*_, ast.Constant(value=int() | float())],
            ):
                yield node.lineno


def _is_patience(value: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "PATIENCE" for node in ast.walk(value))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT / "tests").as_posix())
def test_no_test_takes_the_time(path: Path) -> None:
    assert list(faults(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    ["import time", "from time import sleep", "run(timeout=60)", "process.wait(9)", "asyncio.wait_for(this, 2.5)"],
)
def test_what_takes_the_time_is_found(code: str) -> None:
    assert list(faults(ast.parse(code))) == [1]


def test_work_is_counted() -> None:
    code = "for _ in range(count): pass"
    assert steps(lambda: exec(code, {"count": 200})) == steps(lambda: exec(code, {"count": 100})) + 100


def test_endless_work_is_ended() -> None:
    with pytest.raises(AssertionError, match="processor time"), processor_limit(0.1):
        exec("while True: pass")
