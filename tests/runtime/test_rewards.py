"""Scores by rule, and functions of the user's."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
from roll_runtime import rewards
from roll_runtime.errors import DataProblem, EnvironmentProblem, TrainingFailed
from roll_runtime.rewards import multiple_choice
from roll_runtime.scorer import Scorer

needs_math_verify = pytest.mark.skipif(find_spec("math_verify") is None, reason="math-verify is not installed")


@needs_math_verify
@pytest.mark.parametrize(
    ("answer", "truth", "score"),
    [
        ("so it is \\boxed{7}", "7", 1),
        ("so it is \\boxed{8}", "7", 0),
        ("\\boxed{\\frac{1}{2}}", "0.5", 1),
        ("it is $x^2+2x+1$, thus \\boxed{(x+1)^2}", "x^2+2x+1", 1),
        ("no idea", "7", 0),
        ("", "7", 0),
        ("\\boxed{" * 2000, "7", 0),
        ("7 \x00\x1b[31m", "7", 1),
    ],
)
def test_mathematics(answer: str, truth: str, score: float) -> None:
    from roll_runtime.rewards import math_rule

    assert math_rule.score(answer, {"ground_truth": truth}) == score


@pytest.mark.parametrize(
    ("answer", "score"),
    [("\\boxed{B}", 1), ("\\boxed{(b)}", 1), ("\\boxed{\\text{B}}", 1), ("\\boxed{A} no, \\boxed{B}", 1), ("B", 0)],
)
def test_choices(answer: str, score: float) -> None:
    assert multiple_choice.score(answer, {"ground_truth": "B"}) == score


def test_rows_without_an_answer_to_compare_with() -> None:
    with pytest.raises(DataProblem, match="row 5 has no column `ground_truth`"):
        multiple_choice.score("\\boxed{B}", {"id": 5})


def test_a_function_of_the_users(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def half(answer, row):\n    return 0.5 if answer else float('nan')\n")
    given = {"style": f"{file}:half"}
    rewards.demand(given, ["style"])
    scorer = Scorer("style", SimpleNamespace(worker_cls="never.imported.Class"), given)  # type: ignore[arg-type]
    assert scorer.score(["a", "b"], {}) == [0.5, 0.5]
    with pytest.raises(TrainingFailed, match="the reward of `style` gave nan for ''"):
        scorer.score([""], {})


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("def f(a, b): ...", "mine.py:g", "has no function g"),
        ("def f(", "mine.py:f", "mine.py:1: "),
        (None, "none.py:f", "cannot be read"),
    ],
)
def test_a_function_that_is_not_there(text: str | None, place: str, message: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    with pytest.raises(EnvironmentProblem, match=message):
        rewards.demand({"style": str(tmp_path / place)}, ["style"])


def test_nothing_runs_before_the_run(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("raise SystemExit('was run')\ndef f(answer, row): ...\n")
    rewards.demand({"style": f"{file}:f"}, ["style"])
