"""Paths as they are shown and written."""

from __future__ import annotations

import ntpath
import os
from pathlib import Path

import pytest

from roll_schema.engine import request
from roll_schema.source import files


def test_a_path_is_seen_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert files.relative(tmp_path / "a" / "b.yaml", tmp_path / "c") == Path("../a/b.yaml")
    assert request.displayed(tmp_path / "a.yaml") == Path("a.yaml")
    assert request.displayed(tmp_path / "..a.yaml") == Path("..a.yaml")
    assert request.displayed(tmp_path.parent / "a.yaml") == tmp_path.parent / "a.yaml"


def test_no_way_leads_to_another_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "relpath", ntpath.relpath)
    assert files.relative(r"D:\configs\a.yaml", r"C:\work") == Path(r"D:\configs\a.yaml")
    assert files.relative(r"C:\configs\a.yaml", r"C:\work") == Path(r"..\configs\a.yaml")
