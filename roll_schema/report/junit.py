"""For CI servers that show test results: a suite per file, a case per problem, which fails for an error."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from roll_schema.engine.result import Result
from roll_schema.report.places import whole_message
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.secrets import clean, printable


def render(results: Iterable[Result]) -> str:
    """A file without problems is a suite with one case, which passes."""
    suites = ElementTree.Element("testsuites", name="roll-lint")
    for result in results:
        name, cases = printable(result.file), max(1, len(result.diagnostics))
        counts = {"tests": str(cases), "failures": str(result.count(Severity.ERROR)), "errors": "0"}
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
    text = f"{file}:{first.line}:{first.column}\n{whole_message(item, effect=True)}"
    if item.severity is Severity.ERROR:
        failure = ElementTree.SubElement(case, "failure", {"type": item.rule, "message": clean(item.message)})
        failure.text = text
    else:
        ElementTree.SubElement(case, "system-out").text = f"{item.severity.value}: {text}"
