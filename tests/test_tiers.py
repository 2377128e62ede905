"""The list of what `make test` leaves out speaks of tests that are there."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest

from tests.session import ROOT
from tests.tiers import EXHAUSTIVE, Row, row_of


@pytest.mark.parametrize("row", EXHAUSTIVE, ids=lambda row: row.tests)
def test_every_row_is_the_row_of_some_test(row: Row) -> None:
    pattern = row.tests.partition("::")[0]
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")]
    tests = [
        f"{file}::{name}"
        for file in files
        if fnmatchcase(file, pattern)
        for name in re.findall(r"def (test_\w+)", (ROOT / file).read_text(encoding="utf-8"))
    ]
    function, bracket, _ = row.tests.partition("[")
    assert any(test == function if bracket else row_of(test) is row for test in tests)
