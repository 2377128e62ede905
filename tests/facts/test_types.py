"""ROLL's type strings: each is read and written as it was."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.facts import releases, types
from roll_schema.facts.types import ANY, NOTHING, Type, parse

NAMES = st.sampled_from(["int", "str", "bool", "Dict", "dict", "Any", "None", "WorkerConfig"])
VALUES = st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])) | st.binary()
LITERALS = st.lists(VALUES, min_size=1, max_size=4).map(lambda values: Type("Literal", (), tuple(values)))
OUTER = st.sampled_from(["Optional", "Union", "List", "Dict", "Tuple"])
TYPES = st.recursive(
    NAMES.map(Type) | LITERALS,
    lambda inner: st.builds(Type, OUTER, st.lists(inner, min_size=1, max_size=3).map(tuple), st.just(())),
    max_leaves=8,
)


def type_strings() -> dict[str, list[str]]:
    """Every type string of every file with facts."""

    def below(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["type"]] if isinstance(value.get("type"), str) else []
            return own + [found for item in value.values() for found in below(item)]
        return []

    folder = Path(releases.__file__).parent
    return {path.stem: below(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))}


@given(TYPES)
def test_what_is_written_is_read_again(kind: Type) -> None:
    found = parse(str(kind))
    assert found == kind
    assert str(found) == str(kind)


@pytest.mark.parametrize("name", releases.NAMES)
def test_every_type_of_every_release_is_read_and_written_as_it_is(name: str) -> None:
    strings = type_strings()[name]
    assert len(strings) > 500
    for text in strings:
        assert str(parse(text)) == text


def test_every_type_of_a_backend_is_read() -> None:
    strings = type_strings()["strategies"]
    assert len(strings) > 500
    for text in strings:
        kind = parse(text)
        assert parse(str(kind)) == kind
        assert text == "Any" or ANY not in kind.alternatives


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("list[str]", "List[str]"),
        ("typing.Optional[t.List[a.b.C]]", "Optional[List[C]]"),
        ("int | None", "Optional[int]"),
        ("None | int | str", "Optional[Union[int, str]]"),
        ("list['Config']", "List[Config]"),
        ("Literal[X.a]", "Any"),
        ("Callable[[int], str]", "Callable[Any, str]"),
        ("a.b()", "Any"),
        ("int]", "Any"),
        ("'int]'", "Any"),
        ("\0", "Any"),
        ("(" * 5000, "Any"),
        ("List[" * 30 + "int" + "]" * 30, "List[" * 21 + "Any" + "]" * 21),
    ],
)
def test_ways_of_writing(text: str, wanted: str) -> None:
    assert str(parse(text)) == wanted


def test_aliases_stand_for_what_they_are_given() -> None:
    aliases: dict[str, ast.expr] = {
        name: ast.parse(text, mode="eval").body
        for name, text in {"Kind": "Literal['a', 1]", "Loop": "List[Loop]", "Number": "compute()"}.items()
    }

    def read(text: str) -> str:
        return str(types.read(ast.parse(text, mode="eval").body, aliases))

    assert read("Optional[Kind]") == "Optional[Literal['a', 1]]"
    assert read("Number") == "Number"
    assert read("Loop").endswith("List[Any" + "]" * read("Loop").count("["))


def test_parts_of_a_type() -> None:
    kind = parse("Optional[Union[List[Literal['a']], Optional[int], Literal['b', None]]]")
    assert [str(one) for one in kind.alternatives] == [
        "List[Literal['a']]",
        "int",
        "None",
        "Literal['b', None]",
        "None",
    ]
    assert kind.nullable
    assert kind.choices == ("a",)
    assert parse("Dict[str, int]").alternatives == (parse("dict[str, int]"),)
    assert not parse("List[None]").nullable
    assert parse("int").choices == ()
    assert str(kind.required).startswith("Union[")
    for bare in ("Optional", "Union", "Literal", "List"):
        assert (parse(bare).alternatives, parse(bare).required, parse(bare).nullable) == (
            (Type(bare),),
            Type(bare),
            False,
        )
    assert parse("Union[int, None]").alternatives == (Type("int"), NOTHING)
