from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support import lint_path
from tests.write_examples import BROKEN, README, output, transcript

OK = sorted((ROOT / "examples" / "ok").glob("*.yaml"))


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_ok(path: Path) -> None:
    assert lint_path(path).diagnostics == []


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_broken(path: Path) -> None:
    expected = path.with_suffix(".out").read_text(encoding="utf-8")
    assert output(path) == expected
    assert expected.startswith(("error", "warning"))


def test_the_readme_shows_what_is_printed() -> None:
    text = README.read_text(encoding="utf-8")
    assert "$ roll-lint " in text
    assert transcript(text) == text
    assert transcript(text.replace("\nFound 1 error", "\nFound 2 errors")) == text


def test_there_are_enough() -> None:
    assert len(list(BROKEN.glob("*.yaml"))) >= 25
    assert len(OK) >= 3
