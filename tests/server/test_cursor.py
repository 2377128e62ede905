"""Places in texts that are being typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.server.cursor import Cursor, cursor, keys_beside


def at(marked: str) -> Cursor:
    before, _, after = marked.rpartition("¦")
    return cursor(before + after, len(before))


@pytest.mark.parametrize(
    ("marked", "path", "key", "word"),
    [
        ("ad¦", (), "", "ad"),
        ("a: 1\nadv: ¦", (), "adv", ""),
        ("a: 1\nadv: g¦", (), "adv", "g"),
        ("a:\n  b:\n    lo¦\n    c: 1\n", ("a", "b"), "", "lo"),
        ("a:\n  b:\n    c: 1\n  d: ¦", ("a",), "d", ""),
        ("a:\n  b: 1\n\n¦", (), "", ""),
        ("a:\n  b: 1\n\n  # c\n  ¦", ("a",), "", ""),
        ("a:\n- b: 1\n  c¦", ("a", "0"), "", "c"),
        ("a:\n- b: 1\n- c¦", ("a", "1"), "", "c"),
        ("a:\n  - x: 1\n    y:\n      - 1\n      - ¦", ("a", "0", "y", "1"), "", ""),
        ("a:\n- 1\nb: ¦", (), "b", ""),
        ("a:\n  b: {x: 1, y: {z: q¦}}", ("a", "b", "y"), "z", "q"),
        ("a: {x: {y: 1}, z¦", ("a",), "", "z"),
        ("l: [a, b¦]", ("l", "1"), "", "b"),
        ("t: |-\n  x: 1\n  y\nz¦", (), "", "z"),
        ("t: |\n  x: 1\n\n  y: 2\na:\n  z: ¦", ("a",), "z", ""),
        ("'a b':\n  \"c\": ¦", ("a b",), "c", ""),
        ("url: http://x¦", (), "url", "http://x"),
        ("a:\r\n  b:\r\n    c: 1\r\n    d¦\r\n", ("a", "b"), "", "d"),
    ],
)
def test_places(marked: str, path: tuple[str, ...], key: str, word: str) -> None:
    here = at(marked)
    assert (here.path, here.key, here.word) == (path, key, word)
    assert marked[here.start : here.start + len(word)] == word


def test_variables_and_comments() -> None:
    assert at("s: ${a.b¦").variable == "a.b"
    assert at("s: ${a.b¦").word == "b"
    assert at("s: x_${oc.env:¦").variable == "oc.env:"
    assert at("s: ${a}¦").variable is None
    assert at("s: 1 # roll-lint: ignore[¦").comment == " roll-lint: ignore["
    assert at("s: a#b¦").comment is None


def test_keys_beside() -> None:
    text = "a:\n  b: 1\n  c: {d: 1}\n  e¦:\nf:\n  g: 1\n".replace("¦", "")
    assert keys_beside(text, at("a:\n  b: 1\n  c: {d: 1}\n  e¦:\nf:\n  g: 1\n")) == {"b", "c"}
    items = "a:\n  - b: 1\n  - c: 1\n    ¦"
    assert keys_beside(items.replace("¦", ""), at(items)) == {"c"}


@given(st.text("ab:- \n{}[]#$|'\"", max_size=60), st.data())
def test_every_place_of_every_text_is_somewhere(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    here = cursor(text, offset)
    assert here.start <= offset
    assert text[here.start : offset] == here.word
    keys_beside(text, here)
