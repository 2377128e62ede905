"""What could not be checked never passes: no setting hides it, and no summary claims that there are no problems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roll_schema.engine import baseline, check, linting
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.report import DOCUMENTS, github, render, text
from roll_schema.rules import FAULT_GROUPS, GROUPS, RULES
from roll_schema.source.diagnostic import Severity
from roll_schema.source.text import MAX_BYTES, decode
from tests.cli.test_cli import run
from tests.conftest import EXAMPLES
from tests.support import lint_text

UNCHECKED: dict[str, bytes] = {
    "not-utf8": b"rewards: \xff\n",
    "syntax-error": b"a: [1\n",
    "tab-character": b"rewards:\n\tmath: 1\n",
    "duplicate-key": b"rewards: 1\nrewards: 2\n",
    "undefined-alias": b"rewards: *nothing\n",
    "multiple-documents": b"rewards: 1\n---\nrewards: 2\n",
    "not-a-mapping": b"- rewards\n",
    "empty-file": b"# nothing\n",
    "missing-fragment": b"defaults: [nowhere]\nrewards: {}\n",
    "invalid-defaults": b"defaults: 1\nrewards: {}\n",
    "invalid-package": b"# @package a b c\nrewards: {}\n",
    "invalid-hydra-block": b"hydra: {searchpath: 1}\nrewards: {}\n",
    "nested-too-deep": b"rewards: " + b"[" * 300 + b"]" * 300 + b"\n",
    "pipeline-not-in-release": b"# roll-lint: release=0.1.0 pipeline=sft\nactor_train: {}\n",
}
"""Configs of which a part was not decoded, parsed, composed or known to the release, by the rule that says so."""

BROKEN = sorted((EXAMPLES / "broken").glob("*.yaml"))
NAMES = [*GROUPS, *(name for name in RULES if RULES[name].group in FAULT_GROUPS)]
NARROWINGS: list[dict[str, Any]] = [
    *({"select": frozenset([name])} for name in NAMES),
    *({"ignore": frozenset([name])} for name in NAMES),
    *({"severities": {name: severity}} for name in NAMES for severity in (Severity.INFO, Severity.WARNING)),
    {"preview": True},
    {"targets": frozenset(["run"])},
]


def lint(path: Path, content: bytes, **options: Any) -> Result:
    return linting.lint(path, decode(content, path.name), Options(**options))


@pytest.mark.parametrize("rule", UNCHECKED)
def test_no_single_setting_hides_it(rule: str) -> None:
    for narrowing in NARROWINGS:
        assert_told(lint(Path("config.yaml"), UNCHECKED[rule], **narrowing), rule)


@pytest.mark.parametrize("rule", UNCHECKED)
def test_no_comment_hides_it(rule: str) -> None:
    for name in (rule, RULES[rule].group):
        comment = f"# roll-lint: ignore-file[{name}]\n".encode()
        for content in (UNCHECKED[rule] + comment, comment + UNCHECKED[rule]):
            if rule != "invalid-package" or content.startswith(b"# @package"):  # a header is one at the top alone
                assert_told(lint(Path("config.yaml"), content), rule)


@pytest.mark.parametrize("rule", UNCHECKED)
def test_no_baseline_hides_it(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_bytes(UNCHECKED[rule])
    # One written by hand, or by an older release, may name anything.
    result = lint(Path("config.yaml"), UNCHECKED[rule])
    marks = baseline.fingerprints(result.diagnostics)
    known = {baseline.Known("config.yaml", item.rule, mark) for item, mark in marks}
    baseline.apply(tmp_path / "known.json", known, [result])
    assert_told(result, rule)
    done = run("config.yaml", "--write-baseline", "known.json", cwd=tmp_path)
    assert (done.returncode, "not checked: config.yaml:" in done.stderr) == (1, True)
    assert f"error[{rule}]" in done.stderr
    assert json.loads((tmp_path / "known.json").read_text())["known"] == []


def test_a_refused_override_stays() -> None:
    for words in (("a.b=[",), ("nope=1",)):
        result = lint(Path("config.yaml"), b"rewards: {}\n", overrides=words, ignore=frozenset(["compose"]))
        assert_told(result, "invalid-override")


def test_a_diff_tells_what_it_could_not_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_bytes(UNCHECKED["syntax-error"])
    done = run("config.yaml", "--diff", cwd=tmp_path)
    assert (done.returncode, "not checked: config.yaml:1:4: error[syntax-error]" in done.stderr) == (1, True)


def test_the_rest_of_many_problems_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MAX_PROBLEMS", 3)
    content = "rewards: {}\n" + "".join(f"key_{number}: 1\n" for number in range(9))
    for ignore in ((), ("yaml",), ("schema", "yaml")):
        assert_told(lint_text(content, ignore=frozenset(ignore)), "too-many-problems")
    assert_told(lint_text(f"# roll-lint: ignore-file[yaml, schema]\n{content}"), "too-many-problems")


def test_a_large_file_below_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("rewards: {}\n")
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert run(".", cwd=tmp_path).stderr == "not checked: large.yaml is larger than 10 MiB\n"


def test_an_unknown_value_is_told() -> None:
    path = EXAMPLES / "ok" / "lora_zero3.yaml"
    content = path.read_text().replace("lora_rank: 32", "lora_rank: ${oc.env:NOT_SET}").encode()
    assert [item.rule for item in lint(path, content).diagnostics] == ["unset-environment-variable"]
    said = text.summary([lint(path, content, ignore=frozenset(["unset-environment-variable"]))])
    assert "No problems found in 1 file by the rules that ran" in said
    assert "1 finding filtered by select/ignore" in said
    assert "3 values unknown before the run" in said


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_narrowed_run_never_claims_that_nothing_is_wrong(path: Path) -> None:
    content = path.read_bytes()
    assert lint(path, content).count(Severity.ERROR) + lint(path, content).count(Severity.WARNING)
    for name in GROUPS:
        for narrowing in ({"select": frozenset([name])}, {"ignore": frozenset([name])}):
            assert_honest(lint(path, content, **narrowing))


@settings(max_examples=300)
@given(
    content=st.sampled_from([*UNCHECKED.values(), *(path.read_bytes() for path in BROKEN)]),
    select=st.frozensets(st.sampled_from(NAMES), max_size=3),
    ignore=st.frozensets(st.sampled_from(NAMES), max_size=5),
    severities=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(Severity), max_size=3),
    comment=st.lists(st.sampled_from(NAMES), max_size=3).map(", ".join),
    preview=st.booleans(),
    form=st.sampled_from(DOCUMENTS),
)
def test_no_combination_hides_it(content: bytes, comment: str, form: str, **options: Any) -> None:
    if comment:
        content += f"\n# roll-lint: ignore-file[{comment}]\n".encode()
    path = EXAMPLES / "broken" / "config.yaml"
    plain, narrowed = lint(path, content), lint(path, content, **options)
    told = {item.rule for item in narrowed.diagnostics}
    assert {item.rule for item in plain.diagnostics if item.blocking} <= told
    assert all(item.rule in render(form, [narrowed]) for item in narrowed.diagnostics if item.blocking)
    if not comment:
        assert_honest(narrowed)


def assert_told(result: Result, rule: str) -> None:
    """The rule's finding is an error in every form of report, and nothing claims that the config is fine."""
    assert (rule, Severity.ERROR) in {(item.rule, item.severity) for item in result.diagnostics if item.blocking}
    assert "Found" in text.summary([result])
    lines = ("\n".join(form([result])) for form in (text.full, text.concise, github.lines))
    for report in (*(render(form, [result]) for form in DOCUMENTS), *lines):
        assert rule in report


def assert_honest(result: Result) -> None:
    assert "without problems" not in text.summary([result])
    assert result.diagnostics or any(word in text.summary([result]) for word in ("not selected", "filtered by"))
