"""Write `docs/coverage.md`: which rule finds each known constraint of ROLL (C) and each known mistake (M).

`tests/coverage.txt` has a line for each: its number and the rule, or `-` and the runtime fact without which no static
check can tell.
"""

from __future__ import annotations

from roll_schema.rules import RULES
from tests.conftest import ROOT

KNOWN = {"C": 274, "M": 92}
FILE = ROOT / "docs" / "coverage.md"


def lines() -> dict[str, str]:
    """What each number is found by."""
    text = (ROOT / "tests" / "coverage.txt").read_text(encoding="utf-8")
    return {number: answer for number, _, answer in (line.partition(" ") for line in text.splitlines())}


def render() -> str:
    answers = lines()
    counts = [
        f"{sum(number.startswith(kind) for number in answers)} of {total} {title}"
        for (kind, total), title in zip(KNOWN.items(), ("constraints (C)", "mistakes (M)"), strict=True)
    ]
    rows = [
        f"| {number} | {'no rule' if answer.startswith('- ') else f'`{answer}`'} | {_what(answer)} |"
        for number, answer in answers.items()
    ]
    head = ["# Coverage", "", f"Rules look for {' and '.join(counts)} so far.", "", "| number | rule | what it finds |"]
    return "\n".join([*head, "|---|---|---|", *rows]) + "\n"


def _what(answer: str) -> str:
    if answer.startswith("- "):
        return answer.removeprefix("- ")
    return RULES[answer].manual.splitlines()[0]


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
