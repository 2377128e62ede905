from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from omegaconf._utils import get_yaml_loader

from roll_schema.source import loader, tree
from roll_schema.source.text import Source, decode
from tests.conftest import corpus_files
from tests.support import plain, same

LOADER = get_yaml_loader()


def reference(text: str) -> tuple[bool, Any]:
    """What OmegaConf's own loader makes of a text."""
    try:
        return True, yaml.load(text, Loader=LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False, None


def faults(text: str) -> list[tuple[str, int, int]]:
    _, found = tree.parse(Source("x", text))
    return [(fault.rule, *fault.span.first) for fault in found]


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: str(path)[-60:])
def test_corpus_is_read_as_omegaconf_reads_it(path: Path) -> None:
    source = decode(path.read_bytes(), path.name)
    root, found = tree.parse(source)
    assert found == []
    assert same(plain(root), reference(source.text)[1])


SCALARS = """yes no on off y n True FALSE 010 0o10 08 1_000 0x10 0b11 1:30 1:30.5 1e5 1e-5 1E5 1.0e-5 .5 1. -.5 +8 1_0.5
.nan .inf -.INF ~ null Null None 2024-01-01 12:30:45 0 -0 1.2.3 0x1g 1e400 0_7 - . 1__0 '8' "8" !!str !""".split()
SCALARS += ["!!int '8'", "! 8", "! '8'", '! "yes"', "! ''", "! 08"]


@pytest.mark.parametrize("scalar", SCALARS)
def test_scalars_have_omegaconfs_types(scalar: str) -> None:
    text = f"a: {scalar}\n"
    accepted, value = reference(text)
    root, found = tree.parse(Source("x", text))
    assert accepted == (not found)
    if accepted:
        assert same(plain(root), value)


@given(st.text(alphabet="0123456789+-._:eExXbnaifoNYtrules~", min_size=1, max_size=8))
def test_plain_scalars_agree_with_omegaconf(scalar: str) -> None:
    text = f"a: {scalar}\n"
    accepted, value = reference(text)
    root, found = tree.parse(Source("x", text))
    assert accepted == (not found), found
    if accepted:
        assert same(plain(root), value)


FAULTS = [
    ("a: 1\nb: 2\na: 3\n", [("duplicate-key", 3, 1)]),
    ("a:\n  x: 1\n  x: 2\n  x: 3\n", [("duplicate-key", 3, 3), ("duplicate-key", 4, 3)]),
    ("a:\t1\n", [("tab-character", 1, 3)]),
    ("a: 1\t\nb: 2\t# note\n", [("tab-character", 1, 5), ("tab-character", 2, 5)]),
    ("a:\n\tb: 1\n", [("tab-character", 2, 1)]),
    ("a: [1, 2\nb: 3\n", [("syntax-error", 1, 4)]),
    ("a: 'x\nb: 3\n", [("syntax-error", 1, 4)]),
    ("a:\n  b: 1\n c: 2\n", [("syntax-error", 3, 2)]),
    ("a: b: c\n", [("syntax-error", 1, 5)]),
    ("a: 1\n---\nb: 2\n", [("multiple-documents", 2, 1)]),
    ("a: *b\n", [("undefined-alias", 1, 4)]),
    ("a: &a 1\nb: !!str &a 2\n", [("duplicate-anchor", 2, 10)]),
    ("a: &a [&a 1]\n", [("duplicate-anchor", 1, 8)]),
    ("a: &a [*a]\n", [("recursive-alias", 1, 8)]),
    ("a: !!str [b]\n", [("unknown-tag", 1, 4)]),
    ("a: !!seq {b: c}\n", [("unknown-tag", 1, 4)]),
    ("&a\n? *a\n: 1\n", [("recursive-alias", 2, 3)]),
    ("? *a\n: 1\n", [("undefined-alias", 1, 3)]),
    ("a: !foo 1\n", [("unknown-tag", 1, 4)]),
    ("a: !!python/object/apply:os.system [echo]\n", [("unknown-tag", 1, 4)]),
    ("a: =\n", [("invalid-scalar", 1, 4)]),
    ("a: <<\n", [("invalid-scalar", 1, 4)]),
    ("a: !!int x\n", [("invalid-scalar", 1, 10)]),
    ("[1]: 2\n", [("invalid-key", 1, 1)]),
    ("a:\n  <<: 1\n", [("invalid-merge", 2, 3)]),
    ("a: \udcff\n", [("not-utf8", 1, 4)]),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_faults_have_their_places(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert faults(text) == expected
    if "\udcff" not in text:
        assert reference(text)[0] is False or expected[0][0] in ("recursive-alias", "unknown-tag")


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_libyaml_changes_no_answer(
    text: str, expected: list[tuple[str, int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "fast", None)
    assert faults(text) == expected


def test_two_broken_blocks_are_both_reported() -> None:
    assert faults("a: [1\nb: 2\nc:\n  d: 'x\ne: 3\n") == [("syntax-error", 1, 4), ("syntax-error", 4, 6)]


@pytest.mark.parametrize(
    "text",
    ["a: 'x\ty'\n", "a: |\n  x\ty\n", "# a\tcomment\na: 1\n", "a: 1 # x\ty\n", "", "# only\n", "a: 1\r\nb: 2\r\n", "---\na: 1\n...\n",
     "a: &a {xx: 1, yy: 2}\nb: &b {yy: 3, zz: 4}\nc:\n  ww: 0\n  <<: [*a]\n  yy: 5\nd:\n  <<: *a\n  <<: *b\n", "on: 1\non: 2\n", "1: a\n1: b\n", "a: http://x\nb: [http://x, a:b]\n"],
)  # fmt: skip
def test_what_omegaconf_reads_is_no_fault(text: str) -> None:
    assert reference(text)[0]
    root, found = tree.parse(Source("x", text))
    assert found == []
    assert same(plain(root), reference(text)[1])


def test_an_order_of_merging_that_depends_on_the_loader_is_told() -> None:
    text = "a: &a {xx: 1, yy: 2}\nb: &b {yy: 3, zz: 4}\nc:\n  <<: [*a, *b]\nd:\n  <<: [*a, *b]\n  yy: 5\n"
    root, found = tree.parse(Source("x", text))
    assert root is not None
    assert plain(root)["c"] == {"xx": 1, "yy": 2, "zz": 4}
    assert [(fault.rule, *fault.span.first) for fault in found] == [("merge-order", 4, 3)]
    assert [(*note.span.first,) for note in found[0].notes if note.span] == [(1, 19), (2, 12)]
    assert faults("a: &a {xx: 1}\nb: &b {xx: 1}\nc:\n  <<: [*a, *b]\n") == []


def test_merge_keys_and_aliases_know_where_they_were_used() -> None:
    root, found = tree.parse(Source("x", "base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nagain: *b\n"))
    assert found == []
    assert root is not None
    assert plain(root) == {"base": {"x": 1, "y": 2}, "use": {"x": 1, "y": 3}, "again": {"x": 1, "y": 2}}
    x = root.value["use"].value["x"]
    assert x.span.first == (1, 14)
    assert [(hop.kind, *hop.span.first) for hop in x.hops] == [("aliased", 3, 3)]
    assert [(hop.kind, *hop.span.first) for hop in root.value["again"].hops] == [("aliased", 5, 8)]


def test_nesting_and_size_are_bounded() -> None:
    assert faults("a: " + "[" * 300 + "]" * 300)[0][0] == "nested-too-deep"
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + below] * 10)}]\n" for below, name in zip("abcdef", "bcdefg", strict=True)
    )
    assert faults(bomb)[0][0] == "too-many-values"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    tree.parse(decode(data, "x"))


PIECES = list("\t :#-[]{},'\"|>&*!%@`?=<~\n\\$0x.eE_yn") + [
    "\r\n",
    "---\n",
    "<<: ",
    "*a",
    "&a ",
    "- ",
    "a: ",
    "b: 1\n",
    "  ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_arbitrary_yaml_never_raises_and_spans_read_back(text: str) -> None:
    root, found = tree.parse(Source("x", text))
    for fault in found:
        assert 0 <= fault.span.start <= fault.span.end <= len(text)
    if root is None or found:
        return
    accepted, value = reference(text)
    assert not accepted or same(plain(root), value)
    for _, node in tree.walk(root) if "!" not in text else ():
        if not isinstance(node.value, (dict, list)) and not node.hops:
            accepted, value = reference(f" {node.span.text}")
            if accepted and "\n" not in node.span.text:
                assert same(value, node.value), node.span


@pytest.mark.parametrize("path", corpus_files("0.1.3/**/rlvr*.yaml"), ids=lambda path: str(path)[-50:])
def test_every_scalars_span_reads_back_as_its_value(path: Path) -> None:
    root, _ = tree.parse(decode(path.read_bytes(), path.name))
    assert root is not None
    seen = 0
    for _, node in tree.walk(root):
        if not isinstance(node.value, (dict, list)):
            assert same(yaml.load(node.span.text, Loader=LOADER), node.value)
            seen += 1
    assert seen > 50
