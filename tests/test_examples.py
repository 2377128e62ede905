from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, ROOT
from tests.support import lint_path
from tests.write_examples import BROKEN, PAGES, README, output, refreshed

OK = sorted((EXAMPLES / "ok").glob("*.yaml"))


@pytest.mark.parametrize("path", OK, ids=lambda path: path.stem)
def test_ok(path: Path) -> None:
    assert lint_path(path).diagnostics == []


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_broken(path: Path) -> None:
    expected = path.with_suffix(".out").read_text(encoding="utf-8")
    assert output(path) == expected
    assert expected.startswith(("error", "warning"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_show_what_is_printed_and_stands_in_files(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert refreshed(text) == text


def test_what_pages_show_is_refreshed() -> None:
    text = README.read_text(encoding="utf-8")
    assert refreshed(text.replace("\nFound 1 error", "\nFound 2 errors")) == text
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
    assert refreshed(page.replace("runs-on: ubuntu-latest\n", "")) == page


def test_there_are_enough() -> None:
    assert len(list(BROKEN.glob("*.yaml"))) >= 25
    assert len(OK) >= 3
