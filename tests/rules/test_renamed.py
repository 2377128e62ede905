"""Former names of rules: in comments, baselines, settings, options and `--explain` they stand for the rules of today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from roll_schema.engine import baseline, fingerprint
from roll_schema.engine.options import Options
from roll_schema.engine.request import Request, lint, names_of
from roll_schema.engine.result import Result
from roll_schema.rules import GROUPS, RULES
from roll_schema.rules.renamed import RENAMED
from roll_schema.source.diagnostic import Severity
from tests.cli.test_cli import run

FORMER = "sglang-parallelism"
TEXT = """\
rewards: {}
actor_infer:
  num_gpus_per_worker: 2
  strategy_args:
    strategy_name: sglang
    strategy_config:
      mem_fraction_static: 0.8
      tensor_parallel_size: 3
      grpc_mode: true
  device_mapping: list(range(0,6))
"""
FOUND = ["sglang-grpc-refused", "sglang-worker-size-mismatch"]


def linted(folder: Path, text: str = TEXT, **options: object) -> Result:
    (folder / "c.yaml").write_text(text)
    return lint(Request(folder / "c.yaml", Options(release="0.3.0", **options)))  # type: ignore[arg-type]


def found(result: Result) -> list[str]:
    """Of today's rules, those that were found, and what is wrong with comments."""
    return sorted(
        item.rule for item in result.diagnostics if item.rule in (*RENAMED[FORMER], "unused-ignore", "invalid-setting")
    )


@pytest.mark.parametrize("former", RENAMED)
def test_a_former_name_stands_for_rules_and_is_none(former: str) -> None:
    assert set(RENAMED[former]) <= set(RULES)
    assert former not in {*RULES, *GROUPS}


def test_comments(tmp_path: Path) -> None:
    assert found(linted(tmp_path)) == FOUND
    assert found(linted(tmp_path, TEXT.replace("size: 3", f"size: 3  # roll-lint: ignore[{FORMER}]"))) == FOUND[:1]
    assert found(linted(tmp_path, f"# roll-lint: ignore-file[{FORMER}]\n{TEXT}")) == []
    assert found(linted(tmp_path, f"# roll-lint: ignore-file[{FORMER}]\nrewards: {{}}\n")) == []


def test_settings(tmp_path: Path) -> None:
    settings = tmp_path / "roll-lint.toml"
    settings.write_text(f'ignore = ["{FORMER}"]\n')
    assert found(linted(tmp_path)) == []
    settings.write_text(f'select = ["{FORMER}"]\n')
    assert sorted(item.rule for item in linted(tmp_path).diagnostics) == FOUND
    settings.write_text(f'[severity]\n{FORMER} = "info"\n')
    items = [item for item in linted(tmp_path).diagnostics if item.rule in FOUND]
    assert [item.severity for item in items] == [Severity.INFO] * 2
    assert names_of([f"{FORMER},lora"]) == {*RENAMED[FORMER], "lora"}


def test_a_baseline_from_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = linted(tmp_path)
    before = [item._replace(rule=FORMER) if item.rule in FOUND else item for item in result.diagnostics]
    rows = [
        {"file": "c.yaml", "rule": item.rule, "fingerprint": mark} for item, mark in fingerprint.fingerprints(before)
    ]
    known = tmp_path / "known.json"
    known.write_text(json.dumps({"version": baseline.VERSION, "known": rows}))
    assert baseline.apply(known, baseline.read(known), [result]) == []
    assert result.diagnostics == []
    fixed = linted(tmp_path, TEXT.replace("grpc_mode: true", "grpc_mode: false"))
    assert [one.rule for one in baseline.apply(known, baseline.read(known), [fixed])] == [FORMER]


def test_options_and_explain(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(TEXT)
    release = ("--roll-release", "0.3.0", "--output-format", "concise")
    assert "[sglang-grpc-refused]" in run("c.yaml", *release, "--select", FORMER, cwd=tmp_path).stdout
    assert "[sglang-" not in run("c.yaml", *release, "--ignore", FORMER, cwd=tmp_path).stdout
    told = run("--explain", FORMER, cwd=tmp_path).stdout
    assert told.startswith(f"{FORMER} is a former name of {', '.join(RENAMED[FORMER])}\n\n")
    assert all(f"{name} (sglang, " in told and RULES[name].manual in told for name in RENAMED[FORMER])
