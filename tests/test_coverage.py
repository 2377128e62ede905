"""The table of what answers each known constraint and mistake."""

from __future__ import annotations

import re

from roll_schema.rules import RULES
from tests.conftest import ROOT
from tests.write_coverage import FILE, KNOWN, files_in, lines, render, rules_in


def test_the_table_in_the_docs_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == render()


def test_every_line_is_about_a_known_number() -> None:
    for number in lines():
        match = re.fullmatch(r"([CM])(\d+)", number)
        assert match is not None
        assert 1 <= int(match[2]) <= KNOWN[match[1]]


def test_every_answer_names_what_there_is() -> None:
    for number, answer in lines().items():
        named = rules_in(answer)
        assert set(named) <= set(RULES), number
        if answer.startswith("model: "):
            assert files_in(answer), number
            assert all((ROOT / file).is_file() for file in files_in(answer)), number
        elif not named:
            assert re.fullmatch(r"- \S.*", answer), number
