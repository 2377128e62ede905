"""Every rule's manual is run: its examples must give exactly the marked diagnostics, and the fixed ones none."""

from __future__ import annotations

import pytest

from roll_schema.rules import FAULT_GROUPS, RULES
from roll_schema.rules.rule import Rule
from tests.conftest import ROOT
from tests.rules.options import diagnostics
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
        assert rule.name in WITHOUT_EXAMPLE, f"{rule.name} has no example"
        return
    for block in firing:
        assert {name for _, name in MARK.findall(block)} == {rule.name}
        text, expected = marked(block)
        assert found(rule, text) == expected, text
    assert silent, f"{rule.name} shows no fix"
    for block in silent:
        assert found(rule, block) == set(), block


WITHOUT_EXAMPLE = {
    *("pipeline-not-covered", "pipeline-not-in-release", "default-changed", "behaviour-changed"),
    *("data-column-missing", "data-file-missing", "template-for-one-message", "too-few-rows", "unrewarded-tag"),
    *("empty-file", "include-cycle", "include-outside-project", "invalid-override", "merge-conflict"),
    *("misplaced-fragment", "nested-too-deep", "not-utf8", "too-many-problems"),
}
"""Rules that an example of one file cannot show."""


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rules_read_like_their_documentation(rule: Rule) -> None:
    assert rule.manual.splitlines()[0].endswith("."), "the first line is a sentence"
    assert rule.group in rule.check.__module__


ELSEWHERE = ("discarded-section", "pipeline-not-in-release")
"""Rules on faults that stand beside rules on sections."""


def test_the_list_is_complete() -> None:
    files = {
        path.stem.replace("_", "-")
        for path in (ROOT / "roll_schema" / "rules").glob("*/*.py")
        if path.name != "__init__.py" and "rule(" in path.read_text(encoding="utf-8")
    }
    assert files == set(RULES)
    assert all(
        (rule.subject == "Fault") is (rule.group in FAULT_GROUPS)
        for rule in RULES.values()
        if rule.name not in ELSEWHERE
    )
