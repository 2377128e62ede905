"""Comments that ask for silence: where they reach, what they cannot hide, and when they are of no use any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from roll_schema.engine.linting import lint
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.rewriting.repair import repair
from roll_schema.source.text import Source

HEAD = "rollout_batch_size: 64\nprompt_length: 64\nrewards: {math_rule: {tag_included: [a]}}\n"


def linted(text: str, **options: object) -> Result:
    return lint(Path("c.yaml"), Source("c.yaml", HEAD + text), Options(release="0.2.1", **options))  # type: ignore[arg-type]


def left(result: Result) -> list[tuple[str, int]]:
    return [(item.rule, item.span.first.line - 3) for item in result.diagnostics if item.rule != "missing-key"]


WRONG = 'save_steps: "1"'


@pytest.mark.parametrize(
    ("text", "expected", "silent"),
    [
        (f"{WRONG}\n", [("wrong-type", 1)], 0),
        (f"{WRONG}  # roll-lint: ignore[wrong-type] legacy\n", [], 1),
        (f"{WRONG}  # roll-lint: ignore[schema]\n", [], 1),
        (f"# roll-lint: ignore[wrong-type] legacy\n{WRONG}\n", [], 1),
        (f"# roll-lint: ignore[wrong-type]\n\n# more words\n{WRONG}\n", [], 1),
        (f"{WRONG}\n# roll-lint: ignore-file[wrong-type]\n", [], 1),
        (f"{WRONG}\n# roll-lint: ignore[wrong-type]\nlogging_steps: '1'\n", [("wrong-type", 1)], 1),
        (
            "actor_train:\n  # roll-lint: ignore[unknown-key, wrong-type]\n  training_args:\n    lr: 1\n"
            "    max_steps: '1'\n  lr: 2\n",
            [("unknown-key", 6)],
            2,
        ),
        (
            "# roll-lint: ignore[wrong-type]\nactor_train:\n  data_args:\n    file_name: 7\n  infer_batch_size: x\n"
            f"{WRONG}\n",
            [("wrong-type", 6)],
            2,
        ),
    ],
)
def test_reach(text: str, expected: list[tuple[str, int]], silent: int) -> None:
    result = linted(text)
    assert left(result) == expected
    assert len(result.silent) == silent


@pytest.mark.parametrize(
    ("text", "column", "rest"),
    [
        ("save_steps: 1  # roll-lint: ignore[wrong-type] x\n", 36, "save_steps: 1\n"),
        ("# roll-lint: ignore[wrong-type]\nsave_steps: 1\n", 21, "save_steps: 1\n"),
        (
            f"{WRONG}  # roll-lint: ignore[wrong-type, unknown-key] y\n",
            50,
            f"{WRONG}  # roll-lint: ignore[wrong-type] y\n",
        ),
        (
            f"{WRONG}  # roll-lint: ignore[unknown-key, wrong-type] y\n",
            38,
            f"{WRONG}  # roll-lint: ignore[wrong-type] y\n",
        ),
    ],
)
def test_unused(text: str, column: int, rest: str) -> None:
    [item] = [item for item in linted(text).diagnostics if item.rule == "unused-ignore"]
    assert item.span.first.column == column
    fixed = repair(Path("c.yaml"), Source("c.yaml", HEAD + text), Options(release="0.2.1")).text
    assert fixed == HEAD + rest


def test_what_was_not_checked_is_not_called_unused() -> None:
    text = "save_steps: 1  # roll-lint: ignore[wrong-type]\n"
    assert left(linted(text, select=frozenset({"unknown-key", "unused-ignore"}))) == []
    assert left(linted("save_steps: 1  # roll-lint: ignore[data-not-covered]\n")) == []
    assert left(linted("save_steps: 1  # roll-lint: ignore[run]\n")) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# roll-lint: ignore\n", "must name rules or groups"),
        ("# roll-lint: ignore[]\n", "must name rules or groups"),
        ("# roll-lint: ignore[wrong-typ]\n", "there is no rule or group `wrong-typ`"),
        ("# roll-lint: ignore-file\n", "must name rules or groups"),
    ],
)
def test_comments_that_cannot_be_followed(text: str, message: str) -> None:
    [item] = [item for item in linted(text + "save_steps: 1\n").diagnostics if item.rule == "invalid-setting"]
    assert message in item.message
    assert item.help


@pytest.mark.parametrize(
    "text",
    [
        'exp_name: "# roll-lint: ignore[unknown-key]"\n',
        "exp_name: |\n  # roll-lint: ignore[unknown-key]\n",
        "# roll-lint: ignores[unknown-key]\n",
        "# see roll-lint: ignore\n",
    ],
)
def test_what_is_no_such_comment(text: str) -> None:
    assert left(linted(text)) == []


def test_a_comment_on_a_comment_cannot_hide_itself() -> None:
    text = "save_steps: 1  # roll-lint: ignore[wrong-type, unused-ignore]\n"
    assert ("unused-ignore", 1) in left(linted(text))


def test_fragments_have_comments_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text(f"# @package _global_\n{WRONG}  # roll-lint: ignore[wrong-type]\n")
    config = tmp_path / "c.yaml"
    config.write_text("defaults: [part, _self_]\n" + HEAD)
    result = lint(config, Source(str(config), config.read_text()), Options(release="0.2.1", allowed=(tmp_path,)))
    assert [item.rule for item in result.diagnostics if item.rule == "wrong-type"] == []
    assert len(result.silent) == 1


@pytest.mark.parametrize(
    "text", ["x: [1,  # roll-lint: ignore[yaml]\n", "defaults: [no]  # roll-lint: ignore[compose]\n"]
)
def test_what_hides_the_rest_cannot_be_silenced(text: str) -> None:
    result = linted(text)
    assert [item.rule for item in result.diagnostics][:1] in (["syntax-error"], ["invalid-defaults"])
    assert result.silent == []
