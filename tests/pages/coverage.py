"""What answers each known constraint of ROLL (C) and each known mistake (M).

`tests/coverage.txt` has a line for each: its number and the rules that find it, or `model:` and which part of the
linter embodies it, or `-` and the fact without which no static check can tell.
"""

from __future__ import annotations

import re

from roll_schema.rules import RULES
from tests.conftest import ROOT
from tests.support import examples

NUMBERS = (*(f"C{number}" for number in range(1, 275)), *(f"M{number:02}" for number in range(1, 93)))


def lines() -> dict[str, str]:
    """What each number is answered by."""
    text = (ROOT / "tests" / "coverage.txt").read_text(encoding="utf-8")
    return {number: answer for number, _, answer in (line.partition(" ") for line in text.splitlines())}


def rules_in(answer: str) -> list[str]:
    """The rules that an answer names."""
    return [] if answer.startswith(("- ", "model: ")) else answer.split()


def files_in(answer: str) -> list[str]:
    """The files that an answer names as its place in the models."""
    return re.findall(r"[\w/]+\.py", answer) if answer.startswith("model: ") else []


def render() -> str:
    """The page's text."""
    answers = lines()
    head = [
        "# Coverage",
        "",
        f"{_counted(answers, 'C')} constraints of ROLL (C) and {_counted(answers, 'M')} mistakes (M) are found by rules "
        "or ruled out by the models; for the others, the table says why no rule can tell.",
        "",
    ]
    numbers = [f"| {number} | {' | '.join(_cells(answer))} |" for number, answer in answers.items()]
    rules = [f"| `{name}` | {' | '.join(_facts(name))} |" for name in sorted(RULES)]
    table = ["| number | answered by | what |", "|---|---|---|", *numbers]
    title = [
        "",
        "## Rules",
        "",
        "Examples are those of the manuals: in how many the rule fires, in how many it is silent.",
    ]
    listed = ["", "| rule | group | severity | fires | silent | ROLL fails |", "|---|---|---|---|---|---|", *rules]
    return "\n".join([*head, *table, *title, *listed]) + "\n"


def _counted(answers: dict[str, str], kind: str) -> str:
    texts = [answer for number, answer in answers.items() if number.startswith(kind)]
    return f"{sum(not text.startswith('- ') for text in texts)} of {len(texts)}"


def _cells(answer: str) -> tuple[str, str]:
    named = rules_in(answer)
    if named:
        return ", ".join(f"`{name}`" for name in named), RULES[named[0]].manual.splitlines()[0]
    kind, _, why = answer.partition(" ")
    return ("the models" if kind == "model:" else "nothing"), why


def _facts(name: str) -> tuple[str, ...]:
    rule = RULES[name]
    firing, silent = examples(rule)
    return (
        rule.group,
        rule.severity.value,
        str(len(firing)),
        str(len(silent)),
        rule.effect.value if rule.effect else "-",
    )
