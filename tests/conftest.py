"""Shared helpers; real ROLL configs are found through ROLL_CORPUS (unset: skipped; set and missing: a failure)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import tiers
from tests.session import EXAMPLES, PROJECT, ROOT

__all__ = ["EXAMPLES", "PROJECT", "ROOT"]

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.load_profile("default")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tiers.mark(items)


@pytest.fixture(scope="session", autouse=True)
def in_project() -> Iterator[None]:
    """Tests run where nothing but the examples lies."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        yield


def shared_folder() -> Path | None:
    """The folder with corpus and facts, or None when no one named it."""
    named = os.environ.get("ROLL_CORPUS")
    if not named:
        return None
    folder = Path(named)
    assert (folder / "corpus").is_dir(), f"ROLL_CORPUS names {named}, where there is no corpus"
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = shared_folder()
    if folder is None:
        pytest.skip("ROLL_CORPUS is not set")
    return folder


def lacks(what: str) -> None:
    """Skip a test for what this machine has not; in CI it must have it."""
    assert not os.environ.get("ROLL_TEST_ALL"), what
    pytest.skip(what)


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def corpus_files(pattern: str = "*/examples/**/*.yaml") -> list[Path]:
    """Paths of the corpus for parametrizing; empty when it is not there."""
    folder = shared_folder()
    return sorted((folder / "corpus").glob(pattern)) if folder else []
