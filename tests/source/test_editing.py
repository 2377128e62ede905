from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roll_schema.source import editing, replace, tree
from roll_schema.source.diagnostic import Edit
from roll_schema.source.text import Source
from roll_schema.source.tree import Node, lookup
from tests.support import plain


def parsed(text: str) -> tuple[Source, Node]:
    source = Source("c.yaml", text)
    root, faults = tree.parse(source)
    assert root is not None
    assert not faults
    return source, root


def changed(text: str, *steps: str, remark: str = "") -> str:
    source, root = parsed(text)
    parent, node = lookup(root, steps[:-1]), lookup(root, steps)
    assert parent is not None
    assert node is not None
    edit = editing.comment_out(parent, node, remark) if remark else editing.remove_key(parent, node)
    return editing.apply(source, [edit]) if edit else "impossible"


@pytest.mark.parametrize(
    ("text", "steps", "expected"),
    [
        ("a: 1\nb: 2 # two\nc: 3\n", ["b"], "a: 1\nc: 3\n"),
        ("a: 1\r\nb: 2\r\nc: 3", ["c"], "a: 1\r\nb: 2\r\n"),
        ("a:\n  b:\n    c: 1\n    d: [1,\n     2]\n  e: 1\n", ["a", "b"], "a:\n  e: 1\n"),
        ("a: {b: 1, c: 2, d: 3}\n", ["a", "b"], "a: {c: 2, d: 3}\n"),
        ("a: {b: 1, c: 2, d: 3}\n", ["a", "c"], "a: {b: 1, d: 3}\n"),
        ("a: {b: 1, c: 2}\n", ["a", "c"], "a: {b: 1}\n"),
        ("a: {b: 1}\n", ["a", "b"], "a: {}\n"),
        (
            "# head\na:\n  # above\n  b: 1\n  # below\n  c: 2\n",
            ["a", "b"],
            "# head\na:\n  # above\n  # below\n  c: 2\n",
        ),
    ],
)
def test_remove_key(text: str, steps: list[str], expected: str) -> None:
    assert changed(text, *steps) == expected


def test_comment_out() -> None:
    text = "a:\n  b:\n    c: 1  # one\n\n    d: 2\n  e: 3\n"
    expected = "a:\n  # b:  # gone\n  #   c: 1  # one\n\n  #   d: 2\n  e: 3\n"
    assert changed(text, "a", "b", remark="gone") == expected
    assert changed("a: 1\r\nb: 2\r\n", "a", remark="gone") == "# a: 1  # gone\r\nb: 2\r\n"
    assert changed("a: {b: 1}\n", "a", "b", remark="gone") == "impossible"


def test_a_list_item_keeps_its_dash() -> None:
    source, root = parsed("- a: 1\n  b: 2\n")
    item = root.value[0]
    assert editing.remove_key(item, item.value["a"]) is None
    edit = editing.remove_key(item, item.value["b"])
    assert edit is not None
    assert editing.apply(source, [edit]) == "- a: 1\n"


def test_overlapping_edits() -> None:
    source = Source("c", "abcdef")
    edits = [Edit(source.span(2, 5), "X", True), Edit(source.span(0, 3), "Y", True), Edit(source.span(5, 6), "Z", True)]
    assert editing.apply(source, edits) == "YdeZ"


KEYS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=5, unique=True)


@given(KEYS, KEYS, st.sampled_from(["block", "flow"]), st.data())
def test_removing_a_key_removes_just_that(outer: list[str], inner: list[str], style: str, data: st.DataObject) -> None:
    if style == "flow":
        text = "".join(f"{key}: {{{', '.join(f'{name}: 1' for name in inner)}}}  # {key}\n" for key in outer)
    else:
        text = "".join(f"{key}:  # {key}\n" + "".join(f"  {name}: 1 # x\n" for name in inner) for key in outer)
    one, two = data.draw(st.sampled_from(outer)), data.draw(st.sampled_from(inner))
    source, root = parsed(text)
    before = plain(root)
    parent = root.value[one]
    edits = [edit for edit in (editing.remove_key(parent, parent.value[two]),) if edit]
    if len(inner) == 1 and (kept := editing.empty_mapping(parent)):
        edits.append(kept)
    del before[one][two]
    assert plain(parsed(editing.apply(source, edits))[1]) == before


def test_files_are_replaced_in_one_go(tmp_path: Path) -> None:
    target = tmp_path / "real.yaml"
    target.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    target.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(target)
    replace.write(link, "a: 2\r\n")
    assert target.read_bytes() == b"\xef\xbb\xbfa: 2\r\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["link.yaml", "real.yaml"]


def test_a_failed_write_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "c.yaml"
    target.write_text("a: 1\n", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace.write(target, "a: 2\n")
    assert target.read_text(encoding="utf-8") == "a: 1\n"
    assert os.listdir(tmp_path) == ["c.yaml"]
