"""Reports that are XML, or a JSON object a line."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from roll_schema.report import DOCUMENTS, checkstyle, jsonl, junit, render
from tests.report.test_sarif import linted

GOOD = "rewards: {a: {tag_included: [a]}}\nrollout_batch_size: 64\n"


def test_junit_has_a_failed_case_for_each_problem() -> None:
    result = linted()
    quiet = linted(GOOD, "quiet.yaml", select=frozenset({"wrong-type"}))
    root = ElementTree.fromstring(junit.render([result, quiet]))
    loud, silent = root.findall("testsuite")
    assert (loud.get("name"), loud.get("failures")) == ("a b/ü.yaml", str(len(result.diagnostics)))
    assert (silent.get("tests"), silent.get("failures"), len(silent.findall("testcase"))) == ("1", "0", 1)
    [case] = [case for case in loud.findall("testcase") if str(case.get("name")).startswith("wrong-type")]
    failure = case.find("failure")
    assert (case.get("name"), case.get("line"), case.get("file")) == ("wrong-type:3:13", "3", "a b/ü.yaml")
    assert failure is not None
    assert failure.get("type") == "error"
    assert str(failure.text).splitlines()[2:] == ["fails at load", "Write it without quotes: `save_steps: 1`."]


def test_checkstyle_has_problems_by_file() -> None:
    result = linted()
    root = ElementTree.fromstring(checkstyle.render([result]))
    [file] = root.findall("file")
    errors = file.findall("error")
    assert len(errors) == len(result.diagnostics)
    [wrong] = [error for error in errors if error.get("source") == "roll-lint.wrong-type"]
    assert (wrong.get("line"), wrong.get("column"), wrong.get("severity")) == ("3", "13", "error")
    assert str(wrong.get("message")).endswith("text. Write it without quotes: `save_steps: 1`.")


def test_json_lines_are_those_of_the_document() -> None:
    result = linted()
    whole = json.loads(render("json", [result]))["diagnostics"]
    assert [json.loads(line) for line in jsonl.render([result]).splitlines()] == whole


@pytest.mark.parametrize("form", DOCUMENTS)
def test_odd_text_stays_within_its_place(form: str) -> None:
    """Control characters, lone surrogates and line ends in keys make no invalid document, and reach no terminal."""
    text = '"a\\n::error::x\\x1b[31m\\u202e\\ud800": 1\n"<!--&]]>": 1\n' + GOOD
    shown = render(form, [linted(text, "a\x1b[31m\n<.yaml")])
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
