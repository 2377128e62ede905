"""Whether the letter in the last `\\boxed{}` of an answer is the expected one."""

from __future__ import annotations

import re
from typing import Any

from roll_runtime.rewards import truth

OPTIONS: tuple[str, ...] = ()
_BOXED = re.compile(r"\\boxed\{\s*(?:\\text\{)?\(?\s*([A-Za-z])\s*\)?")


def score(answer: str, row: dict[str, Any]) -> float:
    """1 where the boxed letter is `ground_truth`, in either case, else 0."""
    letters = _BOXED.findall(answer)
    expected = truth(row).strip("() .").upper()[:1]
    return float(bool(letters) and letters[-1].upper() == expected)
