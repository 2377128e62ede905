"""For CI servers that show test results: a suite per file, a failed case per problem."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from roll_schema.diagnostic import Diagnostic
from roll_schema.engine import Result
from roll_schema.report.places import whole_message
from roll_schema.secrets import clean, printable


def render(results: Iterable[Result]) -> str:
    """A file without problems is a suite with one case, which passes."""
    suites = ElementTree.Element("testsuites", name="roll-lint")
    for result in results:
        name, failures = printable(result.file), len(result.diagnostics)
        counts = {"tests": str(max(1, failures)), "failures": str(failures), "errors": "0"}
        suite = ElementTree.SubElement(suites, "testsuite", {"name": name, **counts})
        if not result.diagnostics:
            ElementTree.SubElement(suite, "testcase", {"name": "roll-lint", "classname": name, "file": name})
        for item in result.diagnostics:
            _case(suite, name, item)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")


def _case(suite: ElementTree.Element, name: str, item: Diagnostic) -> None:
    file, first = printable(item.span.source.name), item.span.first
    told = {"name": f"{item.rule}:{first.line}:{first.column}", "classname": name, "file": file}
    case = ElementTree.SubElement(suite, "testcase", {**told, "line": str(first.line)})
    failure = ElementTree.SubElement(case, "failure", {"type": item.severity.value, "message": clean(item.message)})
    failure.text = f"{file}:{first.line}:{first.column}\n{whole_message(item, fails=True)}"
