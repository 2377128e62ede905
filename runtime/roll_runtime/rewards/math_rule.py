"""Whether the last mathematical expression of an answer equals the expected one, by the library math-verify."""

from __future__ import annotations

import logging
from typing import Any

from math_verify import parse, verify

from roll_runtime.rewards import last_box, truth

_LONGEST = 100_000
"""Characters of an answer's end that are looked at: a parser's time grows with the text."""

logging.getLogger("math_verify").setLevel(logging.ERROR)


def score(answer: str, row: dict[str, Any]) -> float:
    """1 where the answer's expression equals `ground_truth`, else 0; text without an expression is 0."""
    expected = parse(f"\\boxed{{{truth(row)}}}", fallback_mode="no_fallback")
    box = last_box(answer)
    # Of several boxes the library would make one answer.
    text = answer[-_LONGEST:] if box is None else f"\\boxed{{{box}}}"
    found = parse(text, fallback_mode="no_fallback")
    return float(bool(found) and verify(expected, found))
