"""Lines that end in each way: places as editors count them, edits and comments as YAML does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pygls.workspace import PositionCodec

from roll_schema.engine.linting import lint
from roll_schema.engine.options import Options
from roll_schema.report import github, render, text
from roll_schema.rewriting import silence
from roll_schema.rewriting.repair import repair
from roll_schema.server.actions import edits_to
from roll_schema.server.cursor import cursor, keys_beside
from roll_schema.server.places import Places
from roll_schema.source import editing, tree
from roll_schema.source.change import Add, Move, Rename, Write, edits
from roll_schema.source.diagnostic import Edit
from roll_schema.source.text import Source, line_end, lines, yaml_line_end, yaml_line_start, yaml_lines
from tests.support import lint_text, places, plain

ENDS = ["\n", "\r\n", "\r"]
YAML_ENDS = [*ENDS, "\x85", "\u2028", "\u2029"]
OPTIONS = Options(release="0.2.1", pipeline="rlvr")

CONFIG = """\
rewards: {math_rule: {tag_included: [a]}}
# 😀
save_step: 100
actor_train:
  model_args:
    lora_rnak: 8  # roll-lint: ignore[unknown-key]
    lora_target: q_proj
  training_args:
    learning_rate: 1.0e-6
"""


def ended(config: str, end: str) -> Source:
    return Source("c.yaml", config.replace("\n", end))


@pytest.mark.parametrize("end", YAML_ENDS)
def test_both_counts_of_lines_keep_the_text(end: str) -> None:
    config = f"a{end}{end}b\n"
    assert "".join(lines(config)) == "".join(yaml_lines(config)) == config
    assert yaml_lines(config) == [f"a{end}", end, "b\n"]
    assert len(lines(config)) == (3 if end in ENDS else 1)
    assert yaml_line_start(config, len(config) - 1) == len(config) - 2
    assert yaml_line_end(config, 0) == (1, 1 + len(end))
    assert yaml_line_end("a", 0) == (1, 1)
    assert line_end(config) == (end if end in ENDS else "\n")


@pytest.mark.parametrize("end", ENDS)
def test_problems_are_at_the_lines_of_editors(end: str) -> None:
    expected = places(lint_text(CONFIG))
    assert expected
    assert places(lint_text(CONFIG.replace("\n", end))) == expected


@pytest.mark.parametrize("end", ENDS)
def test_fixes_touch_no_other_line(end: str) -> None:
    fixed = repair(Path("c.yaml"), ended(CONFIG, end), OPTIONS, unsafe=True).text
    assert "save_steps: 100" in fixed
    assert fixed == repair(Path("c.yaml"), Source("c.yaml", CONFIG), OPTIONS, unsafe=True).text.replace("\n", end)


@pytest.mark.parametrize("end", YAML_ENDS)
def test_edits_end_where_yaml_ends_the_line(end: str) -> None:
    source = ended("a:\n  b: 1\n  c:\n    d: 1\n    e: [2]\n  f: 3\ng: {h: 1}\n", end)

    def edited(made: list[Edit]) -> str:
        return editing.apply(source, made).replace(end, "\n")

    root, faults = tree.parse(source)
    assert root is not None
    assert not faults
    section, c = root.value["a"], root.value["a"].value["c"]
    removed, commented = editing.remove_key(section, c), editing.comment_out(section, c, "gone")
    assert removed
    assert commented
    assert edited([removed]) == "a:\n  b: 1\n  f: 3\ng: {h: 1}\n"
    expected = "a:\n  b: 1\n  # c:  # gone\n  #   d: 1\n  #   e: [2]\n  f: 3\ng: {h: 1}\n"
    assert edited([commented]) == expected
    made = [*edits(Add("0"), root, "a.aa", "c.yaml"), *edits(Rename("z"), root, "a.f", "c.yaml")]
    assert edited(made) == "a:\n  aa: 0\n  b: 1\n  c:\n    d: 1\n    e: [2]\n  z: 3\ng: {h: 1}\n"
    moved = [*edits(Move("a.c"), root, "a.f", "c.yaml"), *edits(Write("{}"), root, "g", "c.yaml")]
    assert edited(moved) == "a:\n  b: 1\n  c:\n    f: 3\n    d: 1\n    e: [2]\ng: {}\n"


@pytest.mark.parametrize("end", YAML_ENDS)
def test_an_ignore_comment_ends_with_its_line(end: str) -> None:
    source = ended("save_step: 1  # roll-lint: ignore[unknown-key] why\nsave_stepz: 2\n", end)
    result = lint(Path("c.yaml"), source, OPTIONS)
    shown = [item.span.text for item in result.diagnostics if item.rule == "unknown-key"]
    # To an editor, what YAML alone parts is one line, and the comment is about all of it.
    assert shown == (["save_stepz"] if end in ENDS else [])
    assert "save_step" in [item.span.text for item in result.silent]


@pytest.mark.parametrize("end", ENDS)
def test_ignore_comments_are_added_at_the_line(end: str) -> None:
    source = ended("rewards: {}\nsave_step: 1\nrollout_batch_size: 8\n", end)
    result = lint(Path("c.yaml"), source, OPTIONS)
    unknown = [item for item in result.diagnostics if item.rule == "unknown-key"]
    added, answered = silence.add(source, unknown)
    assert answered == unknown
    assert added.split(end)[1] == "save_step: 1  # roll-lint: ignore[unknown-key]"
    assert not [item for item in lint(Path("c.yaml"), Source("c.yaml", added), OPTIONS).diagnostics if item in unknown]


@pytest.mark.parametrize("end", YAML_ENDS)
def test_reports_and_editors_agree_on_places(end: str) -> None:
    source = Source("c.yaml", f'rewards: {{}}\n"😀": 1{end}save_step: 1\n')
    result = lint(Path("c.yaml"), source, OPTIONS)
    (item,) = (item for item in result.diagnostics if item.span.text == "save_step")
    line, column = (3, 1) if end in ENDS else (2, 8)
    (told,) = (one for one in text.concise([result]) if "save_step" in one)
    assert told.startswith(f"c.yaml:{line}:{column}: ")
    (run,) = json.loads(render("sarif", [result]))["runs"]
    regions = [one["locations"][0]["physicalLocation"]["region"] for one in run["results"]]
    assert {"startLine": line, "startColumn": column, "endLine": line, "endColumn": column + 9} in regions
    assert f"line={line},endLine={line},col={column},endColumn={column + 9}," in "\n".join(github.lines([result]))
    place = Places(PositionCodec()).range(item.span)
    assert (place.start.line, place.start.character) == (line - 1, column - 1 + (end not in ENDS))
    assert Places(PositionCodec()).offset(source, place.start) == item.span.start


@pytest.mark.parametrize("end", YAML_ENDS)
def test_places_in_unfinished_texts(end: str) -> None:
    config = f"a:{end}  b: 1{end}  c"
    here = cursor(config, len(config))
    assert (here.path, here.word) == (("a",), "c")
    assert keys_beside(config, here) == {"b"}


def test_edits_of_an_editor_keep_lines_that_yaml_alone_parts() -> None:
    source = Source("c.yaml", "a: 1\u2028b: 2\r\nc: 3\rd: 4\n")
    after = source.text.replace("3", "5")
    made = list(edits_to(source, after))
    assert editing.apply(source, made) == after
    assert [edit.span.text for edit in made] == ["c: 3\r"]
    assert plain(tree.parse(Source("x", after))[0]) == {"a": 1, "b": 2, "c": 5, "d": 4}
