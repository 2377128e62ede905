"""What each rule finds in its cases, to the letter; `python -m tests.write_cases` shows what changed."""

from __future__ import annotations

import pytest

from roll_schema.rules import RULES
from tests.rules.cases import FOLDER, load, path_of, refreshed

ELSEWHERE = ("too-many-problems",)
"""Rules that find something only in configs of 10,000 lines, which `tests/test_limits.py` writes."""


@pytest.mark.parametrize("name", RULES)
def test_cases(name: str) -> None:
    written = load(RULES[name])
    now = refreshed(written)
    names = [case.name for case in written.cases]
    assert names == list(dict.fromkeys(case.name for case in now.cases))
    for before, after in zip(written.cases, now.cases, strict=True):
        assert after == before
    assert any(case.findings for case in written.cases) is (name not in ELSEWHERE)


def test_every_file_is_of_a_rule() -> None:
    assert {path_of(rule) for rule in RULES.values()} == set(FOLDER.glob("*/*.yaml"))
