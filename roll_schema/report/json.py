"""For machines: one JSON document; its form is described in the README."""

from __future__ import annotations

import json
from typing import Any

from roll_schema.engine.result import Result
from roll_schema.report.places import shown_edits
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.secrets import mask
from roll_schema.source.text import Span
from roll_schema.version import VERSION


def render(results: list[Result]) -> str:
    """Lines and columns count from 1, columns in code points, ends exclusive."""
    diagnostics = sorted((d for result in results for d in result.diagnostics), key=lambda d: d.sort_key)
    document = {
        "version": 1,
        "tool": {"name": "roll-lint", "version": VERSION},
        "files": [
            {
                "file": result.file,
                "release": {"name": result.release.name, "from": result.release.reason},
                "pipeline": {"name": result.pipeline.name, "from": result.pipeline.reason},
                "skipped": [{"rule": rule, "needs": needs} for rule, needs in result.skipped],
                "filtered": result.filtered,
                "unselected": result.unselected,
                "unknown": result.unknown,
                "unjudged": sorted(result.unjudged),
            }
            for result in results
        ],
        "summary": {severity.value: sum(result.count(severity) for result in results) for severity in Severity},
        "diagnostics": [as_json(diagnostic) for diagnostic in diagnostics],
    }
    return json.dumps(document, indent=2)


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as the README describes it."""
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.value,
        "message": mask(diagnostic.message),
        "fails": diagnostic.fails or None,
        "effect": diagnostic.effect.value if diagnostic.effect else None,
        "help": mask(diagnostic.help) or None,
        **_place(diagnostic.span),
        "path": diagnostic.path,
        "notes": [{"message": mask(note.message), **_place(note.span)} for note in diagnostic.notes],
        "edits": [{**_place(edit.span), "text": edit.text, "safe": edit.safe} for edit in shown_edits(diagnostic)],
    }


def _place(span: Span) -> dict[str, Any]:
    first, last = span.first, span.last
    return {
        "file": span.source.name,
        "line": first.line,
        "column": first.column,
        "end_line": last.line,
        "end_column": last.column,
    }
