"""Every rule's manual is run: its examples must give exactly the marked diagnostics, and the fixed ones none."""

from __future__ import annotations

from pathlib import Path

import pytest

from roll_schema.rules import FAULT_GROUPS, RULES
from roll_schema.rules.rule import Rule
from roll_schema.source.diagnostic import FAILS
from tests.conftest import ROOT
from tests.rules.verdicts import diagnostics
from tests.support import MARK, examples


def marked(text: str) -> tuple[str, set[tuple[int, str]]]:
    expected = set()
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        for severity, _ in MARK.findall(line):
            expected.add((number, severity))
        lines.append(MARK.sub("", line))
    return "\n".join(lines) + "\n", expected


def found(rule: Rule, text: str) -> set[tuple[int, str]]:
    return {(item.span.first.line, item.severity.value) for item in diagnostics(rule, text)}


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
    "pipeline-not-in-release": "tests/engine/test_settings.py",
    "default-changed": "tests/rewriting/test_migrate.py",
    "behaviour-changed": "tests/rewriting/test_migrate.py",
    "data-column-missing": "tests/rules/test_data.py",
    "data-file-missing": "tests/rules/test_data.py",
    "template-for-one-message": "tests/rules/test_data.py",
    "too-few-rows": "tests/rules/test_data.py",
    "unrewarded-tag": "tests/rules/test_data.py",
    "empty-file": "tests/engine/test_linting.py",
    "include-cycle": "tests/composition/test_compose.py",
    "include-outside-project": "tests/composition/test_compose.py",
    "invalid-override": "tests/composition/test_compose.py",
    "merge-conflict": "tests/composition/test_compose.py",
    "misplaced-fragment": "tests/engine/test_linting.py",
    "nested-too-deep": "tests/source/test_tree.py",
    "not-utf8": "tests/source/test_tree.py",
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
