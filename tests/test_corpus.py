"""Real configs and the verdict that real ROLL gave them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from roll_schema import engine
from roll_schema.diagnostic import Diagnostic, Severity
from roll_schema.engine import Options
from roll_schema.text import Source, read
from tests.conftest import json_lines, shared_folder

PIPELINES = {
    "rlvr": "rlvr",
    "rlvr_rollout": "rlvr_rollout",
    "rlvr_vlm": "rlvr_vl",
    "rlvr_vl": "rlvr_vl",
    "rlvr_vlmath": "rlvr_vlmath",
}

LATER: dict[str, set[str]] = {}
"""Errors on accepted configs that strike later than load, each one read by a person: none so far."""


def verdicts(kind: str) -> list[dict[str, Any]]:
    folder = shared_folder()
    if folder is None:
        return []
    file = {"corpus": "corpus/0.1.3/verdicts.jsonl", "mutants": "mutants/0.1.3.jsonl"}[kind]
    return [row for row in json_lines(folder / file) if row["pipeline"] in PIPELINES]


def lint(path: Path, pipeline: str | None, text: str | None = None) -> list[Diagnostic]:
    source = read(path) if text is None else Source(str(path), text)
    return engine.lint(path, source, Options(release="0.1.3", pipeline=pipeline)).diagnostics


def at_load(found: list[Diagnostic]) -> list[Diagnostic]:
    return [item for item in found if item.severity is Severity.ERROR and item.fails == "at load"]


@pytest.mark.parametrize("row", verdicts("corpus"), ids=lambda row: row["path"][-50:])
def test_agrees_with_real_roll(row: dict[str, Any], shared: Path) -> None:
    found = lint(shared / "corpus" / "0.1.3" / row["path"], PIPELINES[row["pipeline"]])
    if row["verdict"] == "reject":
        assert row["field_path"] in {item.path for item in at_load(found)}
        return
    assert at_load(found) == []
    later = {item.rule for item in found if item.severity is Severity.ERROR} - {"unknown-key"}
    assert later == LATER.get(row["path"], set())


@pytest.mark.parametrize("row", verdicts("corpus"), ids=lambda row: row["path"][-50:])
def test_the_pipeline_is_guessed_well_enough(row: dict[str, Any], shared: Path) -> None:
    path = shared / "corpus" / "0.1.3" / row["path"]
    asked = lint(path, PIPELINES[row["pipeline"]])
    guessed = lint(path, None)
    assert [item.sort_key for item in at_load(asked)] == [item.sort_key for item in at_load(guessed)]
    assert {item.rule for item in guessed if item.severity is Severity.ERROR} <= {item.rule for item in asked}


def test_reports_exactly_the_keys_that_roll_ignores(shared: Path) -> None:
    ignored = defaultdict(set)
    for row in json_lines(shared / "corpus" / "0.1.3" / "ignored_keys.jsonl"):
        ignored[row["path"]].add((row["key"], row["line"]))
    checked = 0
    for row in verdicts("corpus"):
        if row["verdict"] == "accept":
            found = lint(shared / "corpus" / "0.1.3" / row["path"], PIPELINES[row["pipeline"]])
            keys = {(item.path, item.span.first.line) for item in found if item.rule == "unknown-key"}
            assert keys == ignored[row["path"]], row["path"]
            checked += len(keys)
    assert checked > 50


@pytest.mark.parametrize("row", verdicts("mutants"), ids=lambda row: f"{row['kind']}-{row['line']}")
def test_finds_what_breaks_a_config(row: dict[str, Any], shared: Path) -> None:
    path = shared / "corpus" / "0.1.3" / row["base_path"]
    found = lint(path, PIPELINES[row["pipeline"]], row["yaml"])
    assert (row["verdict"] == "reject") == bool(at_load(found))
    lines = {
        item.span.first.line for item in found if item.severity is Severity.ERROR and item.span.source.name == str(path)
    }
    # A variable that lost its name may be missed far away: the name itself is then an unknown key.
    if row["verdict"] == "reject" or row["kind"] in ("typo_key", "move_up"):
        assert row["line"] in lines
