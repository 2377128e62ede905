"""Every rule's manual is run: its examples must give exactly the marked diagnostics, and the fixed ones none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from roll_schema import releases
from roll_schema.catalog.gpus import GPUS
from roll_schema.diagnostic import FAILS, Diagnostic
from roll_schema.rule import Cluster, Rule
from roll_schema.rules import FAULT_GROUPS, OPTIONAL_GROUPS, RULES
from tests.conftest import ROOT
from tests.support import MARK, examples, lint_text


def marked(text: str) -> tuple[str, set[tuple[int, str]]]:
    expected = set()
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        for severity, _ in MARK.findall(line):
            expected.add((number, severity))
        lines.append(MARK.sub("", line))
    return "\n".join(lines) + "\n", expected


def release_of(rule: Rule) -> str:
    names = ("0.1.3", *reversed(releases.NAMES))
    return next(name for name in names if releases.load(name).matches(rule.releases))


def pipeline_of(rule: Rule) -> str:
    if rule.pipelines and "rlvr" not in rule.pipelines:
        return rule.pipelines[0]
    agentic = ("AgenticConfig", "EnvManagerConfig", "LLMProxyConfig", "RewardNormalizationConfig")
    return "agentic" if rule.subject in agentic else {"DPOConfig": "dpo"}.get(rule.subject, "rlvr")


def machines_of(text: str) -> dict[str, Any]:
    """The machines that an example's first line names: `# roll-lint --gpu a100-40g --nodes 1`."""
    given = dict(re.findall(r"--(\S+) (\S+)", text.partition("\n")[0]))
    machines: dict[str, Any] = {"gpu": GPUS[given["gpu"]]} if "gpu" in given else {}
    if "nodes" in given:
        machines["cluster"] = Cluster(int(given["nodes"]), int(given.get("gpus-per-node", 8)))
    return machines


def diagnostics(rule: Rule, text: str) -> list[Diagnostic]:
    """What a rule says of an example."""
    targets = frozenset({rule.group} & set(OPTIONAL_GROUPS))
    given: dict[str, Any] = {
        "release": release_of(rule),
        "pipeline": pipeline_of(rule),
        "targets": targets,
        "preview": rule.preview,
    }
    result = lint_text(text, **given, **machines_of(text))
    return [item for item in result.diagnostics if item.rule == rule.name]


def found(rule: Rule, text: str) -> set[tuple[int, str]]:
    return {(item.span.first.line, item.severity.value) for item in diagnostics(rule, text)}


RANGES = Path(__file__).parent / "ranges.txt"


def ranges() -> str:
    """What each rule underlines in its firing examples: lines and columns, and the text between them."""
    return "".join(
        f"{rule.name} {item.span.first.line}:{item.span.first.column}-{item.span.last.line}:{item.span.last.column} "
        f"{item.span.text!r}\n"
        for rule in sorted(RULES.values(), key=lambda rule: rule.name)
        for block in examples(rule)[0]
        for item in diagnostics(rule, marked(block)[0])
    )


def test_examples_are_underlined_where_they_were() -> None:
    """`make examples` writes the file; read the difference."""
    assert RANGES.read_text(encoding="utf-8") == ranges()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_examples(rule: Rule) -> None:
    firing, silent = examples(rule)
    if not firing:
        assert rule.name in SHOWN_ELSEWHERE, f"{rule.name} has no example"
        return
    for block in firing:
        assert {name for _, name in MARK.findall(block)} == {rule.name}
        text, expected = marked(block)
        assert found(rule, text) == expected, text
    assert silent, f"{rule.name} shows no fix"
    for block in silent:
        assert found(rule, block) == set(), block


SHOWN_ELSEWHERE = {
    "pipeline-not-covered": "tests/test_api.py",
    "pipeline-not-in-release": "tests/test_settings.py",
    "default-changed": "tests/test_upgrade.py",
    "behaviour-changed": "tests/test_upgrade.py",
    "data-column-missing": "tests/rules/test_data.py",
    "data-file-missing": "tests/rules/test_data.py",
    "template-for-one-message": "tests/rules/test_data.py",
    "too-few-rows": "tests/rules/test_data.py",
    "unrewarded-tag": "tests/rules/test_data.py",
    "empty-file": "tests/test_engine.py",
    "include-cycle": "tests/test_compose.py",
    "include-outside-project": "tests/test_compose.py",
    "invalid-override": "tests/test_compose.py",
    "merge-conflict": "tests/test_compose.py",
    "misplaced-fragment": "tests/test_engine.py",
    "nested-too-deep": "tests/test_tree.py",
    "not-utf8": "tests/test_tree.py",
}
"""Rules that an example of one file cannot show."""


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rules_read_like_their_documentation(rule: Rule) -> None:
    assert rule.manual.splitlines()[0].endswith("."), "the first line is a sentence"
    assert rule.fails in ("", *FAILS)
    assert rule.group in rule.check.__module__


ELSEWHERE = ("discarded-section", "pipeline-not-in-release")
"""Rules on faults that stand beside rules on sections."""


def test_the_list_is_complete() -> None:
    files = {
        path.stem.replace("_", "-")
        for path in (ROOT / "roll_schema" / "rules").glob("*/*.py")
        if path.name != "__init__.py" and "@rule(" in path.read_text(encoding="utf-8")
    }
    assert files == set(RULES)
    assert all(
        (rule.subject == "Fault") is (rule.group in FAULT_GROUPS)
        for rule in RULES.values()
        if rule.name not in ELSEWHERE
    )
    assert all((ROOT / Path(place)).exists() for place in SHOWN_ELSEWHERE.values())
