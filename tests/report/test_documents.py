"""Reports that are XML, or a JSON object a line."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from roll_schema.composition.show import show
from roll_schema.engine.fingerprint import fingerprints
from roll_schema.report import DOCUMENTS, FOR_PEOPLE, checkstyle, github, jsonl, junit, render, text
from roll_schema.source.diagnostic import Severity
from tests.report.test_sarif import TEXT, linted

GOOD = "rewards: {a: {tag_included: [a]}}\nrollout_batch_size: 64\n"


def test_junit_has_a_failed_case_for_each_problem() -> None:
    result = linted()
    quiet = linted(GOOD, "quiet.yaml", select=frozenset({"wrong-type"}))
    root = ElementTree.fromstring(junit.render([result, quiet]))
    loud, silent = root.findall("testsuite")
    assert (loud.get("name"), loud.get("failures")) == ("a b/ü.yaml", str(result.count(Severity.ERROR)))
    assert loud.get("tests") == str(len(result.diagnostics)) != loud.get("failures")
    assert (silent.get("tests"), silent.get("failures"), len(silent.findall("testcase"))) == ("1", "0", 1)
    [case] = [case for case in loud.findall("testcase") if str(case.get("name")).startswith("wrong-type")]
    failure = case.find("failure")
    assert (case.get("name"), case.get("line"), case.get("file")) == ("wrong-type:3:13", "3", "a b/ü.yaml")
    assert failure is not None
    assert failure.get("type") == "wrong-type"
    assert str(failure.text).splitlines()[2:] == ["effect: fails at load", "remove the quotes: `save_steps: 1`"]


def test_junit_fails_for_errors_alone() -> None:
    root = ElementTree.fromstring(junit.render([linted(TEXT.replace("ignore[unknown-key]", "ignore[duplicate-key]"))]))
    idle = [case for case in root.iter("testcase") if str(case.get("name")).startswith("unused-ignore")]
    assert [(case.find("failure"), str(case.findtext("system-out"))[:9]) for case in idle] == [(None, "warning: ")]


def test_checkstyle_has_problems_by_file() -> None:
    result = linted()
    root = ElementTree.fromstring(checkstyle.render([result]))
    [file] = root.findall("file")
    errors = file.findall("error")
    assert len(errors) == len(result.diagnostics)
    [wrong] = [error for error in errors if error.get("source") == "roll-lint.wrong-type"]
    assert (wrong.get("line"), wrong.get("column"), wrong.get("severity")) == ("3", "13", "error")
    assert str(wrong.get("message")).endswith('`"1"`. remove the quotes: `save_steps: 1`')


def test_json_lines_are_those_of_the_document() -> None:
    result = linted()
    whole = json.loads(render("json", [result]))["diagnostics"]
    assert [json.loads(line) for line in jsonl.render([result]).splitlines()] == whole


@pytest.mark.parametrize("form", DOCUMENTS)
def test_odd_text_stays_within_its_place(form: str) -> None:
    """Control characters, lone surrogates and line ends in keys make no invalid document, and reach no terminal."""
    odd = '"\\uffff\\ufffe": 1\n"a\\n::error::x\\x1b[31m\\u202e\\ud800": 1\n"<!--&]]>": 1\n' + GOOD
    shown = render(form, [linted(odd, "a\x1b[31m\n<.yaml")])
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    shown.encode("utf-8")
    if shown.startswith("<?xml"):
        ElementTree.fromstring(shown)
    else:
        for document in shown.splitlines() if form == "jsonl" else [shown]:
            json.loads(document)


@pytest.mark.parametrize("form", DOCUMENTS)
def test_nothing_wrong_is_a_document_too(form: str) -> None:
    shown = render(form, [linted(GOOD, select=frozenset({"wrong-type"}))])
    assert (shown == "") is (form == "jsonl")


CARRIED = """\
rewards: {}
rollout_batch_size: 8
tracker_kwargs: {api_key: SuperSecret0123456789}
alias: ${tracker_kwargs.api_key}
adv_estimator: ${alias}
save_steps: x_${alias}
exp_name: ${tracker_kwargs.api_key.x}
"""


@pytest.mark.parametrize("form", [*DOCUMENTS, *FOR_PEOPLE])
def test_a_secret_that_is_carried_elsewhere_is_masked(form: str) -> None:
    result = linted(CARRIED)
    assert len(result.diagnostics) > 3
    if form in DOCUMENTS:
        shown = render(form, [result])
    elif form == "github":
        shown = "\n".join(github.lines([result]))
    else:
        shown = "\n".join(text.full([result]) if form == "text" else text.concise([result]))
    assert "SuperSecret" not in shown
    assert "********" in shown


def test_what_is_composed_shows_no_secret() -> None:
    result = linted(CARRIED)
    for tree in (result.composed, result.resolved):
        assert tree is not None
        assert "SuperSecret" not in "\n".join(show(tree))


def test_no_fingerprint_is_made_of_a_secret() -> None:
    def marks(secret: str) -> list[str]:
        found = linted(CARRIED.replace("SuperSecret0123456789", secret)).diagnostics
        return [mark for item, mark in fingerprints(found) if item.rule == "secret-in-config"]

    assert marks("SuperSecret0123456789") == marks("another0123456789") != []
