"""Every `${...}` and where it leads."""

from __future__ import annotations

from roll_schema.composition.references import references
from roll_schema.source import tree
from roll_schema.source.text import Source


def found(text: str) -> list[tuple[str, tuple[str, ...]]]:
    root, faults = tree.parse(Source("c", text))
    assert root is not None
    assert faults == []
    return [(one.span.text, one.target) for one in references(root)]


def test_absolute_relative_and_nested() -> None:
    assert found("a: ${b.c}\n") == [("${b.c}", ("b", "c"))]
    assert found("a: {b: '${.c}', d: {e: '${..b}'}}\n") == [("${.c}", ("a", "c")), ("${..b}", ("a", "b"))]
    assert found("a: x_${b}_${c[0]}\n") == [("${b}", ("b",)), ("${c[0]}", ("c", "0"))]
    assert found("a: ${oc.select:b,${c}}\n") == [("${c}", ("c",))]
    assert found("a: ${b.${c}}\n") == [("${c}", ("c",))]
    assert found("l: [1, '${a}']\n") == [("${a}", ("a",))]
    assert found("a: '${b'\n") == []
