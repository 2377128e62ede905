"""The table of what answers each known constraint and mistake."""

from __future__ import annotations

import re

from roll_schema.rules import RULES
from tests.conftest import ROOT
from tests.pages.coverage import NUMBERS, files_in, lines, rules_in


def test_every_number_is_answered_once_and_in_order() -> None:
    text = (ROOT / "tests" / "coverage.txt").read_text(encoding="utf-8")
    assert [line.partition(" ")[0] for line in text.splitlines()] == list(NUMBERS)


def test_every_answer_names_what_there_is() -> None:
    for number, answer in lines().items():
        named = rules_in(answer)
        assert set(named) <= set(RULES), number
        if answer.startswith("model: "):
            assert files_in(answer), number
            assert all((ROOT / file).is_file() for file in files_in(answer)), number
        elif not named:
            assert re.fullmatch(r"- \S.*", answer), number
