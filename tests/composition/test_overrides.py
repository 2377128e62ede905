from __future__ import annotations

from typing import Any

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hypothesis import given, settings
from hypothesis import strategies as st

from roll_schema.composition import overrides
from tests.support import plain, same

PARSER = OverridesParser.create()


def hydra_value(argument: str) -> tuple[bool, Any]:
    """The value as Hydra reads it; sweeps count as refused, as they do without --multirun."""
    try:
        parsed = PARSER.parse_overrides([argument])[0]
        if parsed.is_sweep_override():
            return False, None
        return True, parsed.value()
    except HydraException:
        return False, None


def ours(argument: str) -> tuple[bool, Any]:
    found, faults = overrides.parse([argument])
    if faults:
        return False, None
    return True, plain(found[0].value)


PIECES = (
    "a b1 1 -2 1.5 1e3 .5 true False null nan inf , : = [ ] { } ( ) ' \" \\ / - _ . $ ${x} ${a.b} @ ? | * + 'q' \"w\""
    " [1,2] {a:1} a:1 int(3) str(1) float(2) x-y é"
).split(" ") + [" ", "  "]


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_values_agree_with_hydra(value: str) -> None:
    accepted, expected = hydra_value(f"key={value}")
    mine, got = ours(f"key={value}")
    assert mine == accepted
    if accepted:
        assert same(got, expected)


@pytest.mark.parametrize(
    ("argument", "sign", "key", "value"),
    [
        ("a.b=1", "", "a.b", 1),
        ("+a.b=x", "+", "a.b", "x"),
        ("++a.b=[1, two, 'three']", "++", "a.b", [1, "two", "three"]),
        ("~a.b", "~", "a.b", None),
        ("a={x: 1, y: [a, b]}", "", "a", {"x": 1, "y": ["a", "b"]}),
        ("a=", "", "a", ""),
        ("a='1'", "", "a", "1"),
        ("a=list(range(0,8))", "", "a", None),
    ],
)
def test_forms(argument: str, sign: str, key: str, value: Any) -> None:
    found, faults = overrides.parse([argument])
    if value is None and sign != "~":
        assert [fault.rule for fault in faults] == ["invalid-override"]
        return
    assert (found[0].sign, found[0].key, plain(found[0].value)) == (sign, key, value)


def test_spans_name_the_argument_and_the_place_in_it() -> None:
    found, _ = overrides.parse(["a=1", "b.c=[1, 22]"])
    node = found[1].value
    assert node is not None
    assert node.span.source.name == "<override>"
    assert node.value[1].span.first == (2, 9)
    assert node.value[1].span.last == (2, 11)


def test_faults_have_their_place() -> None:
    _, faults = overrides.parse(["a=1", "b=[1"])
    assert [(fault.rule, fault.span.first) for fault in faults] == [("invalid-override", (2, 5))]
