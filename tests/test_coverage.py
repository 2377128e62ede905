"""The table of what is found by which rule."""

from __future__ import annotations

import re

from tests.write_coverage import FILE, KNOWN, lines, render


def test_the_table_in_the_docs_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == render()


def test_every_line_is_about_a_known_number() -> None:
    for number in lines():
        match = re.fullmatch(r"([CM])(\d+)", number)
        assert match is not None
        assert 1 <= int(match[2]) <= KNOWN[match[1]]
