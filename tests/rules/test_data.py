"""Rules that look into data files below the working folder, and never elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from roll_schema.facts.catalog.dataset import MAX_BYTES, MAX_ROWS, is_absent, sample
from roll_schema.source.diagnostic import Diagnostic, Severity
from tests.support import lint_text

CONFIG = """\
rollout_batch_size: {prompts}
actor_train:
  data_args:
    file_name: [{file}]
    {column}
    template: {template}
    domain_interleave_probs: {{math_rule: 1.0}}
rewards:
  {reward}: {{tag_included: [math]}}
"""


def rows(*tags: str, **row: Any) -> str:
    return "".join(
        json.dumps({"tag": tag, "messages": [{"role": "user", "content": "1+1?"}], **row}) + "\n" for tag in tags
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "math.jsonl").write_text(rows(*["math"] * 40), encoding="utf-8")
    return tmp_path


def diagnostics(
    rule: str,
    file: str = "data/math.jsonl",
    column: str = "messages: messages",
    template: str = "base",
    reward: str = "math_rule",
    prompts: int = 32,
) -> list[Diagnostic]:
    text = CONFIG.format(file=file, column=column, template=template, reward=reward, prompts=prompts)
    return [item for item in lint_text(text).diagnostics if item.rule == rule]


def found(*case: Any, **config: Any) -> list[tuple[int, int, str]]:
    return [(*item.span.first, item.message) for item in diagnostics(*case, **config)]


def advice(*case: Any, **config: Any) -> list[str]:
    return [item.help for item in diagnostics(*case, **config)]


def said(rule: str, text: str) -> list[tuple[int, Severity, str]]:
    """Line, severity and moment of what a rule finds."""
    items = [item for item in lint_text(text).diagnostics if item.rule == rule]
    return [(item.span.first.line, item.severity, item.fails) for item in items]


def test_a_missing_file_beside_others(folder: Path) -> None:
    assert found("data-file-missing") == []
    message = "there is no file `data/maths.jsonl`, though its folder is there"
    assert found("data-file-missing", "data/maths.jsonl") == [(4, 17, message)]
    assert found("data-file-missing", "elsewhere/maths.jsonl") == []
    assert found("data-file-missing", "/data/maths.jsonl") == []
    assert advice("data-file-missing", "data/maths.jsonl") == ["Did you mean `data/math.jsonl`?"]
    assert advice("data-file-missing", "data/train-00000.parquet") == ["Correct the path, or put the file there."]


def test_a_missing_column(folder: Path) -> None:
    assert found("data-column-missing") == []
    message = "the rows of `data/math.jsonl` have no column `message`"
    assert found("data-column-missing", column="messages: message") == [(5, 15, message)]
    assert found("data-column-missing", column="prompt: question")[0][:2] == (5, 13)
    assert found("data-column-missing", column="messages: null") == []
    (folder / "data" / "code.jsonl").write_text('{"question": "1+1?"}\n{"question": "2+2?", "id": 2}\n')
    message = "the rows of `data/code.jsonl` have no column `messages`"
    assert found("data-column-missing", "data/math.jsonl, data/code.jsonl") == [(5, 15, message)]


def test_advice_on_a_missing_column(folder: Path) -> None:
    assert advice("data-column-missing", column="messages: message") == ["Did you mean `messages`?"]
    (folder / "data" / "code.jsonl").write_text('{"question": "1+1?"}\n{"question": "2+2?", "id": 2}\n{"id": 3}\n')
    assert advice("data-column-missing", "data/code.jsonl") == ["They have `question`."]


def test_tags_that_no_reward_lists(folder: Path) -> None:
    assert found("unrewarded-tag") == []
    (folder / "data" / "mixed.jsonl").write_text(rows("math", "logic"), encoding="utf-8")
    said = "rows of `data/mixed.jsonl` are tagged `logic`, which no reward lists: "
    assert found("unrewarded-tag", "data/mixed.jsonl") == [(4, 17, f"{said}`math_rule` scores them")]
    assert found("unrewarded-tag", "data/mixed.jsonl", reward="code") == [
        (4, 17, f"{said}there is no `math_rule` to score them")
    ]


def test_how_bad_a_tag_without_a_reward_is(folder: Path) -> None:
    (folder / "data" / "mixed.jsonl").write_text(rows("logic"), encoding="utf-8")
    text = """
actor_train:
  data_args: {file_name: [data/math.jsonl, data/mixed.jsonl]}
validation:
  data_args: {file_name: [data/mixed.jsonl]}
rewards:
  code: {tag_included: [math]}
"""
    assert said("unrewarded-tag", text) == [(3, Severity.ERROR, "at first step"), (5, Severity.ERROR, "at evaluation")]
    text = text.replace("code:", "math_rule:")
    assert said("unrewarded-tag", text) == [(3, Severity.WARNING, "silently"), (5, Severity.WARNING, "silently")]


def test_rows_with_a_domain_of_their_own_keep_it(folder: Path) -> None:
    (folder / "data" / "own.jsonl").write_text(rows("logic", domain="math_rule") * 40, encoding="utf-8")
    assert found("unrewarded-tag", "data/own.jsonl") == []
    assert found("too-few-rows", "data/own.jsonl") == []
    assert found("too-few-rows", "data/own.jsonl", prompts=64) != []


def test_each_domain_has_rows_of_its_own(folder: Path) -> None:
    mixed = rows(*["math"] * 20, *["KodCode"] * 10) + rows("math", domain="logic")
    (folder / "data" / "mixed.jsonl").write_text(mixed, encoding="utf-8")
    text = """
rollout_batch_size: 30
actor_train:
  data_args:
    file_name: [data/mixed.jsonl]
    domain_interleave_probs:
      math_rule: 0.6
      code: 0.3
      logic: 0.05
      search: 0.05
rewards:
  math_rule: {tag_included: [math]}
  code: {tag_included: [KodCode]}
"""
    assert [place[0] for place in said("too-few-rows", text)] == [9]
    assert [place[0] for place in said("too-few-rows", text.replace(": 30", ": 34"))] == [7, 8, 9]


@pytest.mark.parametrize("rule", ["template-for-one-message", "too-few-rows"])
@pytest.mark.parametrize("data", ["", "data_args: {file_name: [data/math.jsonl], template: base}"])
def test_data_that_is_not_described(folder: Path, rule: str, data: str) -> None:
    assert said(rule, f"rollout_batch_size: 64\nactor_train: {{{data}}}\nrewards: {{}}\n") == []


def test_a_name_that_is_too_long_is_no_file(folder: Path) -> None:
    name = f"data/{'x' * 300}.jsonl"
    assert sample(name) is None
    assert not is_absent(name)


def test_fewer_rows_than_a_step_takes(folder: Path) -> None:
    assert found("too-few-rows") == []
    message = "a step takes 64 of 64 prompts from `math_rule`, and the data has 40 rows of it"
    assert found("too-few-rows", prompts=64) == [(7, 42, message)]
    assert found("too-few-rows", prompts=40) != []
    (folder / "data" / "many.jsonl").write_text(rows(*["math"] * (MAX_ROWS + 1)), encoding="utf-8")
    assert found("too-few-rows", "data/many.jsonl", prompts=5000) == []


def test_templates_for_one_message(folder: Path) -> None:
    assert found("template-for-one-message") == []
    several = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"}]
    (folder / "data" / "chat.jsonl").write_text(rows("math") + rows("math", messages=several), encoding="utf-8")
    message = "template `base` takes one message of the user, and row 2 of `data/chat.jsonl` has something else"
    assert found("template-for-one-message", "data/chat.jsonl") == [(6, 15, message)]
    assert found("template-for-one-message", "data/chat.jsonl", template="qwen2_5") == []


@pytest.mark.parametrize(
    ("messages", "fires"),
    [
        ([{"role": "user", "content": "1+1?"}], False),
        ('[{"role": "user", "content": "1+1?"}]', False),
        ([{"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2"}], True),
        ('[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"}]', True),
        ([{"role": "assistant", "content": "2"}], True),
        ([], True),
        ("1+1?", False),
        (["1+1?"], False),
        ({"role": "user"}, False),
    ],
)
def test_which_messages_are_one(folder: Path, messages: Any, fires: bool) -> None:
    """What is no list of messages is for other rules."""
    (folder / "data" / "chat.jsonl").write_text(rows("math", messages=messages), encoding="utf-8")
    assert bool(found("template-for-one-message", "data/chat.jsonl")) is fires


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", b"[" * 100_000, b"[1]\n", b"{}{}", b'{"a": 1}\nnot json\n'], ids=range(5)
)
def test_a_file_of_another_kind_tells_nothing(folder: Path, text: bytes) -> None:
    (folder / "data" / "odd.jsonl").write_bytes(text)
    assert sample("data/odd.jsonl") is None


def test_a_long_file_is_read_in_part(folder: Path) -> None:
    (folder / "data" / "long.jsonl").write_text(rows("math", pad="x" * 1000) * (MAX_BYTES // 1000), encoding="utf-8")
    read = sample("data/long.jsonl")
    assert read is not None
    assert (len(read.rows), read.complete) == (MAX_ROWS, False)


def test_nothing_outside_of_the_folder_is_looked_at(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.jsonl"
    outside.write_text(rows("secret"), encoding="utf-8")
    (folder / "data" / "link.jsonl").symlink_to(outside)
    for name in ("data/link.jsonl", str(outside), os.path.relpath(outside), "data/\0.jsonl"):
        assert sample(name) is None
        assert not is_absent(name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "data" / "pipe.jsonl")
    assert sample("data/pipe.jsonl") is None
