"""Paths as text and as steps, and the way along them through a tree."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roll_schema.source import tree
from roll_schema.source.path import Path, dotted, parse
from roll_schema.source.text import Source
from roll_schema.source.tree import Node, child, lookup

NAMES = st.text(st.characters(exclude_characters=".[]"), min_size=1, max_size=4)
ODD_NAMES = st.text("ab.[]0", min_size=1, max_size=5)
KEYS = st.lists(ODD_NAMES | st.integers(0, 9), max_size=3).filter(
    lambda keys: not any(str(a).startswith(str(b)) for a, b in permutations(keys, 2))
)
"""Keys of a mapping of which none begins as another does: of two such, a text names the first."""
VALUES = st.recursive(
    st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3) | KEYS.flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, inner)))
    ),
    max_leaves=8,
)


def read(text: str) -> Node:
    root, faults = tree.parse(Source("c", text))
    assert root is not None
    assert faults == []
    return root


def made(value: Any) -> Node:
    span = Source("c", "").span(0, 0)
    if isinstance(value, dict):
        return Node({key: made(item) for key, item in value.items()}, span)
    return Node([made(item) for item in value] if isinstance(value, list) else value, span)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("", ()),
        ("a", ("a",)),
        ("rewards.math.x", ("rewards", "math", "x")),
        ("a.b[0][12].c", ("a", "b", 0, 12, "c")),
        ("[3]", (3,)),
        ("a.0", ("a", "0")),
        ("a[x].b[0]c.[", ("a[x]", "b[0]c", "[")),
        (".a..", ("", "a", "", "")),
        ("a.[0]", ("a", "", 0)),
        ("a[01]", ("a[01]",)),
    ],
)
def test_text_and_steps(text: str, steps: Path) -> None:
    assert parse(text) == steps
    assert dotted(steps) == text


@settings(max_examples=1000)
@given(st.text(st.sampled_from("ab0.[]")) | st.text())
def test_a_text_comes_back(text: str) -> None:
    assert dotted(parse(text)) == text


@given(st.lists(NAMES | st.integers(0, 99), max_size=5).map(tuple))
def test_steps_come_back(steps: Path) -> None:
    assert parse(dotted(steps)) == steps


@given(VALUES)
def test_every_place_of_a_tree_is_found_by_its_text(value: Any) -> None:
    root = made(value)
    for path, node in tree.walk(root):
        assert lookup(root, parse(path)) is node, path


def test_keys_with_dots_and_brackets_survive() -> None:
    root = read("a: {b.c: {d: 1}, 'e[0]': 2, 8: 3, true: 4, h: [[5, {f.g: 6}]]}\nx.y[1]: 7\nz: {1: 8}\n")
    places = {"a.b.c.d": 1, "a.e[0]": 2, "a.8": 3, "a.True": 4, "a.h[0][1].f.g": 6, "x.y[1]": 7, "z[1]": 8}
    for place, value in places.items():
        found = lookup(root, parse(place))
        assert found is not None, place
        assert found.value == value


def test_steps_of_references_name_items_and_numbers() -> None:
    root = read("a: [x, {b: 1}]\n2: y\n")
    places: list[Path] = [("a", "1", "b"), ("2",), ("a", "9"), ("a", "b", "c")]
    found = [lookup(root, place) for place in places]
    assert [node.value if node is not None else None for node in found] == [1, "y", None, None]


def test_where_a_way_ends() -> None:
    root = read("a: {b: [1, {c: 2}]}\n")
    nodes, whole = tree.way(root, parse("a.b[1].x.y"))
    assert (whole, [node.span.first.column for node in nodes]) == (False, [1, 4, 8, 12])
    assert tree.way(root, ()) == ([root], True)
    assert lookup(None, ("a",)) is None


@pytest.mark.parametrize(
    ("value", "step", "wanted"),
    [
        ({"a": 1}, "a", 1),
        ({8: 1}, "8", None),
        ([1, 2], "1", 2),
        ([1, 2], "+1", 2),
        ([1, 2], 1, 2),
        ([1, 2], -1, None),
        ([1, 2], "-1", None),
        ([1, 2], 2, None),
        ([1, 2], "x", None),
        ([1, 2], None, None),
        ("text", 0, None),
    ],
)
def test_one_step_is_as_omegaconf_takes_it(value: Any, step: Any, wanted: Any) -> None:
    assert child(value, step) == wanted
