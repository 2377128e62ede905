"""For tools that read Checkstyle's XML, such as reviewdog and the warnings plug-in of Jenkins."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree

from roll_schema.engine.result import Result
from roll_schema.source.secrets import clean, printable
from roll_schema.version import VERSION


def render(results: Iterable[Result]) -> str:
    """Problems by the file they are in, which may be a fragment; the severities are called as ours are."""
    root = ElementTree.Element("checkstyle", version=VERSION)
    found = sorted((item for result in results for item in result.diagnostics), key=lambda item: item.sort_key)
    for name, items in groupby(found, key=lambda item: item.span.source.name):
        file = ElementTree.SubElement(root, "file", name=printable(name))
        for item in items:
            first, advice = item.span.first, f" {item.help}" if item.help else ""
            ElementTree.SubElement(
                file,
                "error",
                line=str(first.line),
                column=str(first.column),
                severity=item.severity.value,
                message=clean(f"{item.message}.{advice}" if advice else item.message),
                source=f"roll-lint.{item.rule}",
            )
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")
