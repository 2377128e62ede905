from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.facts.devices import InvalidDevices, OpaqueDevices, UnplacedDevices, parse_devices, ranges

VALID = {
    "list(range(0,8))": list(range(8)),
    "range(4)": [0, 1, 2, 3],
    "[0,1]": [0, 1],
    "0,1": [0, 1],
    "(0,)": [0],
    "(0, -1)": [0, -1],
    "set()": [],
    "{}": [],
    "[True, False]": [1, 0],
    "[]": [],
    "list(range(8,0))": [],
    "list(range(0,4))+[6, 7]": [0, 1, 2, 3, 6, 7],
    "[0] * 3": [0, 0, 0],
    "[2 * i for i in range(3)]": [0, 2, 4],
    "[i + 8*j for j in range(2) for i in range(2)]": [0, 1, 8, 9],
    "[*range(2), 5]": [0, 1, 5],
    " list(range(2)) # half": [0, 1],
}
INVALID = ["", "8", "1.5", "[0, None]", "{0, 'a'}", "[0, (1,)]", "0-7", "None", "'ab'", "['0']", "[[0]]", "list(0,8)", "list(range(0,x8))", "os.getcwd()", "range(0,8", "iter([0])",
           "(i for i in range(2))", "[0] + (1,)", "range(0,8,0)", "\\nrange(2)", "all"]  # fmt: skip
UNPLACED = {
    "[0, 1.5]": 2,
    "[0.0]": 1,
    "[-0.5]": 1,
    "[8/2, 1]": 2,
    "[i/2 for i in range(4)]": 4,
    "[1.5 + 1]": 1,
    "{0,1}": 2,
    "{0: 1}": 1,
}
OPAQUE = ["[int('1' + '0')]", "[int(1e999)]", "self.name or [0]", "__import__('os').system('true')", "[i for i in range(8) if i % 2]", "open('/etc/passwd')",
          "list(range(10**9))", "[0] * 10**9"]  # fmt: skip


@pytest.mark.parametrize(("text", "ids"), VALID.items())
def test_valid(text: str, ids: list[int]) -> None:
    assert parse_devices(text) == ids


@pytest.mark.parametrize("text", INVALID)
def test_invalid(text: str) -> None:
    with pytest.raises(InvalidDevices):
        parse_devices(text)


@pytest.mark.parametrize(("text", "count"), UNPLACED.items())
def test_unplaced(text: str, count: int) -> None:
    with pytest.raises(UnplacedDevices) as unplaced:
        parse_devices(text)
    assert unplaced.value.count == count


@pytest.mark.parametrize("text", OPAQUE)
def test_opaque(text: str) -> None:
    with pytest.raises(OpaqueDevices):
        parse_devices(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('__import__("os").system("id")', "__import__(…)"),
        ('[x for x in range(4) if open("f")]', "open(…)"),
        ("().__class__.__base__", ".__base__"),
        ('__builtins__["eval"]("[1]")', "__builtins__"),
        ("[x for x in range(16) if x % 2]", ""),
        ('"0,1".split(",")', ""),
        ("abs(3)", ""),
    ],
)
def test_opaque_code(text: str, code: str) -> None:
    with pytest.raises(OpaqueDevices) as caught:
        parse_devices(text)
    assert caught.value.code == code


ATOMS = st.sampled_from(
    ["0", "1", "7", "-1", "range(4)", "range(1,3)", "[0,1]", "(2,)", "{1,2}", "[]", "list(range(3))"]
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "*", "-", "//"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"list({text})"),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        inner.map(lambda text: f"[i + 1 for i in {text}]"),
        st.tuples(st.sampled_from(["list", "set", "tuple", "sorted", "len", "max", "range"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_agrees_with_what_eval_gives(text: str) -> None:
    try:
        value = eval(text)
        len(value)
        expected = sorted(value) if isinstance(value, set) else list(value)
        if not all(isinstance(item, int) for item in expected):
            expected = None
    except Exception:
        expected = None
    try:
        assert parse_devices(text) == expected
    except InvalidDevices:
        assert expected is None, text
    except OpaqueDevices:
        pass


@given(st.text(max_size=40))
def test_arbitrary_text_never_raises_anything_else(text: str) -> None:
    with contextlib.suppress(InvalidDevices, OpaqueDevices):
        parse_devices(text)


def test_ranges_for_people() -> None:
    assert ranges([0, 1, 2, 5, 7, 8]) == "0-2, 5, 7-8"
