"""What ROLL's loader and this project make of a text: the same, but for what is listed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roll_schema.source import loader
from tests.differential import DIFFERENT, PIECES, REFUSED_LATER, difference, texts
from tests.source.test_tree import faults

LISTED = {
    "invalid-key": "?\n",
    "unknown-tag": "a: !!set {b}\n",
    "recursive-alias": "a: &a [*a]\n",
    "merge-order": "a: {<<: [{b: 1}, {b: 2}]}\n",
    "nested-too-deep": "[" * 201 + "]" * 201,
}


def test_random_texts_are_read_as_roll_reads_them() -> None:
    assert [(text, found) for text in texts(seed=1, count=3000) if (found := difference(text.encode()))] == []


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings(max_examples=500)
def test_texts_of_yamls_pieces_are_read_as_roll_reads_them(text: str) -> None:
    assert difference(text.encode()) == ""


@given(st.binary(max_size=100))
def test_bytes_are_read_as_roll_reads_them(data: bytes) -> None:
    assert difference(data) == ""


@pytest.mark.parametrize(
    "text",
    [
        "k: [?]\n",
        "\ufeffa: 1\n",
        "\ufeff\ufeffa: 1\n",
        "a: |#\n",
        "a: |\t\n",
        "a: \u2028\u2028b\n",
        "{?\n}",
        "\n\ufeff1",
        "k: {a:}",
        "k: [a:]",
        "%FOO bar\n---\na: 1\n",
        'k: "\\U00110000"',
        'k: "\\UFFFFFFFF"',
        "k: !!float --- 1",
        "k: !!int --1",
        "k: !!int 0:30",
        "k: !!int 1:1.5",
        "k: 9007199254740993:01",
    ],
)
def test_what_once_differed(text: str) -> None:
    assert difference(text.encode()) == ""


@pytest.mark.parametrize("rule", LISTED)
def test_each_listed_difference_is_one(rule: str) -> None:
    assert rule in REFUSED_LATER | DIFFERENT
    assert rule in {name for name, _, _ in faults(LISTED[rule])}
    assert difference(LISTED[rule].encode()) == ""


@pytest.mark.skipif(loader.fast is None, reason="ruamel.yaml without libyaml")
def test_what_libyaml_reads_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "_DISPUTED", re.compile("(?!)"))
    assert difference(b"a: |#\n").startswith("accepted: ")
    assert difference("\n\ufeff1".encode()) == "event: DocumentStartEvent"
