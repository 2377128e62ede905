"""Edits that changes take, on the text, and whether they are safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from roll_schema.composition import compose, interpolate
from roll_schema.source import change, editing, tree
from roll_schema.source.change import Add, Change, Drop, Move, Rename, Write
from roll_schema.source.text import Source


def changed(text: str, path: str, made: Change) -> tuple[str, bool] | None:
    """The text afterwards, and whether that was safe; None where it cannot be done."""
    source = Source("c.yaml", text)
    root, faults = tree.parse(source)
    assert root is not None
    assert not faults
    resolved = interpolate.resolve(compose.compose(Path("c.yaml"), source, root, []).root).root
    edits = change.edits(made, resolved, path, "c.yaml")
    return (editing.apply(source, edits), all(edit.safe for edit in edits)) if edits else None


@pytest.mark.parametrize(
    ("text", "path", "made", "expected"),
    [
        ("a:\n  b: 1 # one\n", "a.b", Rename("c"), "a:\n  c: 1 # one\n"),
        ("a: {b: 1, d: 2}\n", "a.b", Rename("c"), "a: {c: 1, d: 2}\n"),
        ('"b": 1\n', "b", Rename("c"), "c: 1\n"),
        ("b: 1\nc: 2\n", "b", Rename("c"), None),
        ("a:\n  b: '1'  # one\r\n", "a.b", Write("1"), "a:\n  b: 1  # one\r\n"),
        ("a: [x, '2']\n", "a[1]", Write("2"), "a: [x, 2]\n"),
        ("a:\n  - x\n  - y\n", "a", Write("[x, y]"), None),
        ("a:\n  b: 1\n", "a.c", Add("2"), "a:\n  c: 2\n  b: 1\n"),
        ("a:\r\n  b: 1\r\n", "a.c", Add("2"), "a:\r\n  c: 2\r\n  b: 1\r\n"),
        ("a: {b: 1}\n", "a.c", Add("2"), "a: {b: 1, c: 2}\n"),
        ("a: {}\n", "a.c", Add("2"), None),
        ("a:\n  b: 1\n", "a.b", Add("2", key="c"), "a:\n  c: 2\n  b: 1\n"),
        ("a: [x, y, x]\n", "a[2]", Drop(), "a: [x, y]\n"),
        ("a: [x, y]\n", "a[0]", Drop(), "a: [y]\n"),
        ("a: [x]\n", "a[0]", Drop(), None),
        ("a:\n  - x\n  - y\nb: 1\n", "a[1]", Drop(), "a:\n  - x\nb: 1\n"),
        ("a:\n- x\n- y", "a[1]", Drop(), "a:\n- x\n"),
        ("a:\n  - x\n  - y  # why\n", "a[1]", Drop(), None),
        ("a:\n  - b: 1\n", "a[0].c", Add("2"), None),
        ("a:\n  b: 1\n  # of x\n  x: 2\nd: 3\n", "d", Move("a"), "a:\n  d: 3\n  b: 1\n  # of x\n  x: 2\n"),
        (
            "a:\n    b: 1\nd:\n  e:\n    - 1\nf: 2\n",
            "d",
            Move("a"),
            "a:\n    d:\n      e:\n        - 1\n    b: 1\nf: 2\n",
        ),
        ("a:\n  b:\n    c: 1\n    d: 2\n", "a.b.c", Move("a"), "a:\n  c: 1\n  b:\n    d: 2\n"),
        ("a:\n  b:\n    c: 1\n", "a.b.c", Move("a"), None),
        ("a:\n  b: 1\nd: 3", "d", Move("a"), "a:\n  d: 3\n  b: 1\n"),
        ("a: {b: 1}\nd: 3\n", "d", Move("a"), None),
        ("a:\n  d: 1\nd: 3\n", "d", Move("a"), None),
        ("a:\n  b: 1\n", "x.y", Rename("c"), None),
        ("a:\n  b: 1\n", "x.y", Move("a"), None),
    ],
)
def test_edits(text: str, path: str, made: Change, expected: str | None) -> None:
    found = changed(text, path, made)
    assert found == (None if expected is None else (expected, True))


@pytest.mark.parametrize(
    ("text", "path", "made", "expected", "safe"),
    [
        ("v: '1'\na: {b: '${v}'}\n", "a.b", Write("1"), "v: 1\na: {b: '${v}'}\n", True),
        ("v: &v '1'\na: {b: *v}\n", "a.b", Write("1"), "v: &v 1\na: {b: *v}\n", False),
        ("v: {b: 1}\na: ${v}\n", "a.b", Rename("c"), "v: {c: 1}\na: ${v}\n", False),
        ("v: &v {b: 1}\na: *v\n", "a.b", Rename("c"), "v: &v {c: 1}\na: *v\n", False),
    ],
)
def test_what_has_other_uses(text: str, path: str, made: Change, expected: str, safe: bool) -> None:
    assert changed(text, path, made) == (expected, safe)
