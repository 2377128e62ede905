"""Whether the letter that an answer chooses is the expected one."""

from __future__ import annotations

import re
from typing import Any

from roll_runtime.rewards import concluded, truth

_BOX = re.compile(r"\\boxed\{([^}]+)\}")
_LETTER = re.compile(r"\\boxed\{\s*(?:\\text\{)?\(?\s*([A-Za-z])\s*\)?")
_ANNOUNCED = re.compile("answer is", re.IGNORECASE)
_GRADES = {"loose": (1.0, -1.0), "soft": (0.5, -0.5), "strict": (-1.0, -1.0)}
"""By `reward_type`: what a right letter without a box is worth, and a wrong one in a box."""


def boxed(answer: str, row: dict[str, Any]) -> float:
    """1 where the letter in the last `\\boxed{}` is `ground_truth`, in either case, else 0."""
    letters = _LETTER.findall(answer)
    return float(bool(letters) and letters[-1].upper() == _expected(row))


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
    boxes = _BOX.findall(text)
    # The whole text where nothing is announced.
    where = boxes[-1] if boxes else _ANNOUNCED.split(text)[-1]
    capital = next(filter(str.isupper, where), "")
    return capital == _expected(row), bool(boxes)


def _expected(row: dict[str, Any]) -> str:
    return truth(row).strip("() .").upper()[:1]
