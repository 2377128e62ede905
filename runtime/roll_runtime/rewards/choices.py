"""Whether the letter that an answer chooses is the expected one."""

from __future__ import annotations

import re
from typing import Any

from roll_runtime.errors import DataProblem
from roll_runtime.rewards import concluded, last_box, truth

_SET_IN = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|mathit)\s*")
_ANNOUNCED = re.compile("answer is", re.IGNORECASE)
_GRADES = {"loose": (1.0, -1.0), "soft": (0.5, -0.5), "strict": (-1.0, -1.0)}
"""By `reward_type`: what a right letter without a box is worth, and a wrong one in a box."""


def boxed(answer: str, row: dict[str, Any]) -> float:
    """1 where the last `\\boxed{}` holds the letter of `ground_truth` alone, in either case, else 0."""
    letter = _SET_IN.sub("", last_box(answer) or "").strip(" (){}.").upper()
    return float(letter == _expected(row))


def graded(answer: str, row: dict[str, Any], *, reward_type: str | None) -> float:
    """1 for the right letter in a box, -1 for a wrong one without; between them by `reward_type`, as in ROLL.

    ROLL adds penalties for repetition and length to it.
    """
    right, in_box = _chosen(answer, row)
    without_box, wrong_in_box = _GRADES[reward_type or "loose"]
    if right:
        return 1.0 if in_box else without_box
    return wrong_in_box if in_box else -1.0


def named(answer: str, row: dict[str, Any]) -> float:
    """1 for the right letter, in a box or after "answer is", else 0."""
    return float(_chosen(answer, row)[0])


def _chosen(answer: str, row: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the first capital of the box, or behind "answer is", is right; and whether there is a box."""
    text = concluded(answer)
    box = last_box(text)
    # The whole text where nothing is announced.
    where = _ANNOUNCED.split(text)[-1] if box is None else _SET_IN.sub("", box)
    return next(filter(str.isupper, where), None) == _expected(row), box is not None


def _expected(row: dict[str, Any]) -> str:
    letter = truth(row).strip("() .").upper()[:1]
    if not letter.isalpha():
        raise DataProblem(f"row {row.get('id', '')}: `ground_truth` must begin with a letter, not {truth(row)!r}")
    return letter
