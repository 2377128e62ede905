"""Real configs of three releases, broken variants of them, and the verdict that real ROLL gave each."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from roll_schema.engine import linting
from roll_schema.engine.options import Options
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.text import Source, read
from tests.conftest import ROOT, json_lines, shared_folder

RELEASES = ("0.1.3", "0.2.1", "0.3.0")
IGNORED = ("unknown-key", "key-not-in-release")
FINDINGS = ROOT / "tests" / "findings.txt"

UNSET_VARIABLES = {("0.3.0", "examples/agentic_demo/openreward_endless_terminals_reinforce_qwen35_2b.yaml")}
"""Rejected for an environment variable that was not set there, which says nothing about the config."""

PARENTS = ("delete_required", "missing_defaults")
"""Kinds that take a key away: what is missing is shown at the key above it, or where it is asked for."""

ELSEWHERE = {
    # The key moved out of `tracker_kwargs`, whose value is now null: that is refused, one line above.
    ("0.2.1", "bad_indent", "tracker_kwargs.log_dir"),
}
"""Mutants whose cause is argued to be on another line than the one that was changed."""


def rows(kind: str) -> list[dict[str, Any]]:
    folder = shared_folder()
    if folder is None:
        return []
    file = {"corpus": "corpus/{}/verdicts.jsonl", "mutants": "mutants/{}.jsonl"}[kind]
    return [{**row, "release": name} for name in RELEASES for row in json_lines(folder / file.format(name))]


def pipeline_of(row: dict[str, Any]) -> str:
    return "rlvr_vl" if row["pipeline"] == "rlvr_vlm" else str(row["pipeline"])


def place_of(row: dict[str, Any], shared: Path) -> Path:
    return shared / "corpus" / row["release"] / row.get("base_path", row.get("path", ""))


def lint(row: dict[str, Any], shared: Path) -> list[Diagnostic]:
    path = place_of(row, shared)
    source = Source(str(path), row["yaml"]) if "yaml" in row else read(path)
    return linting.lint(path, source, Options(release=row["release"], pipeline=pipeline_of(row))).diagnostics


def errors(found: list[Diagnostic]) -> list[Diagnostic]:
    return [item for item in found if item.severity is Severity.ERROR]


def at_load(found: list[Diagnostic]) -> list[Diagnostic]:
    return [item for item in errors(found) if item.fails == "at load"]


def reviewed() -> set[tuple[str, str, int, str]]:
    """Errors on configs that load, each read and judged right by a person."""
    found = set()
    for line in FINDINGS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            release, place, rule, _why = line.split(maxsplit=3)
            file, _, number = place.rpartition(":")
            found.add((release, file, int(number), rule))
    return found


def name_of(row: dict[str, Any]) -> str:
    return f"{row['release']}-{row['pipeline']}-{row.get('kind', '')}-{row.get('path', row.get('line'))}"[-70:]


@pytest.mark.parametrize("row", rows("corpus"), ids=name_of)
def test_agrees_with_real_roll(row: dict[str, Any], shared: Path) -> None:
    found = lint(row, shared)
    if row["verdict"] == "accept":
        assert at_load(found) == []
    elif (row["release"], row["path"]) not in UNSET_VARIABLES:
        assert at_load(found)
        if "field_path" in row:
            assert row["field_path"] in {item.path for item in at_load(found)}


def test_later_errors_on_accepted_configs_are_the_reviewed_ones(shared: Path) -> None:
    found = {
        (row["release"], row["path"], item.span.first.line, item.rule)
        for row in rows("corpus")
        if row["verdict"] == "accept"
        for item in errors(lint(row, shared))
        if item.rule not in IGNORED
    }
    assert found == reviewed()


def test_reports_exactly_the_keys_that_roll_ignores(shared: Path) -> None:
    ignored = defaultdict(set)
    for name in RELEASES:
        for row in json_lines(shared / "corpus" / name / "ignored_keys.jsonl"):
            ignored[name, row["path"]].add((row["key"], row["line"]))
    checked = 0
    for row in rows("corpus"):
        if row["verdict"] == "accept":
            keys = {(item.path, item.span.first.line) for item in lint(row, shared) if item.rule in IGNORED}
            assert keys == ignored[row["release"], row["path"]], row["path"]
            checked += len(keys)
    assert checked > 500


@pytest.mark.parametrize("row", rows("mutants"), ids=name_of)
def test_finds_what_breaks_a_config(row: dict[str, Any], shared: Path) -> None:
    found = lint(row, shared)
    assert (row["verdict"] == "reject") == bool(at_load(found))
    here = str(place_of(row, shared))
    lines = {item.span.first.line for item in errors(found) if item.span.source.name == here}
    argued = row["kind"] in PARENTS or (row["release"], row["kind"], row["key"]) in ELSEWHERE
    if row["verdict"] == "reject" and not argued:
        assert row["line"] in lines


def test_silent_mistakes_are_found_where_they_are(shared: Path) -> None:
    silent = [row for row in rows("mutants") if row["kind"] in ("typo_key", "move_up") and row["verdict"] == "accept"]
    on_their_line = [
        row
        for row in silent
        if row["line"] in {item.span.first.line for item in lint(row, shared) if item.severity is not Severity.INFO}
    ]
    assert len(on_their_line) >= 0.95 * len(silent)
    assert len(silent) > 50


PROBES_APART = {
    "interp Optional[Dict]/str: model_download_type: ${oc.env:NOPE_X}": "an environment variable may be set elsewhere",
    "interp in an IGNORED key: zzz: ${oc.env:NOPE_X}": "an environment variable may be set elsewhere",
    "defaults sibling": "the sibling stood beside the probe",
}


def test_probes_of_yaml_hydra_omegaconf_and_dacite(shared: Path) -> None:
    place = shared / "corpus" / "0.3.0" / "examples" / "docs_examples" / "probe.yaml"
    differing = set()
    for row in json_lines(shared / "mutants" / "probes.jsonl"):
        options = Options(release="0.3.0", pipeline=row["pipeline"])
        found = linting.lint(place, Source(str(place), row["yaml"]), options).diagnostics
        if (row["verdict"] == "reject") != bool(at_load(found)):
            differing.add(row["id"])
    assert differing == set(PROBES_APART)


def test_the_figures_of_the_manual_are_up_to_date(shared: Path) -> None:
    from tests.pages import agreement

    assert agreement.kept() == agreement.figures(shared)
