"""Values as YAML has them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.source import tree
from roll_schema.source.scalars import shown
from roll_schema.source.text import Source


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (None, "null"),
        (float("-inf"), "-.inf"),
        (1e-5, "1e-05"),
        ("8", "8"),
        (["8", "a b", "on", 8, True], '["8", a b, "on", 8, true]'),
        (["0?", "a?"], '["0?", "a?"]'),
        ({"a": {"b": None}, "c, d": []}, '{a: {b: null}, "c, d": []}'),
    ],
)
def test_values_are_shown(value: Any, text: str) -> None:
    assert shown(value) == text


MARKS = st.sampled_from("ab01.-+_/()?*&!|>%@`~=<$^; :,#é")
TEXT = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=12) | st.text(MARKS, max_size=6)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=8)


@given(st.lists(VALUES, max_size=4))
def test_what_is_shown_is_read_as_it_was(values: list[Any]) -> None:
    root, faults = tree.parse(Source("c.yaml", f"x: {shown(values)}\n"))
    assert faults == []
    assert root is not None
    assert tree.plain(root)["x"] == values
