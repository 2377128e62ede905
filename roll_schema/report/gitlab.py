"""For GitLab: a code quality report, which merge requests show beside the changed lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from roll_schema.engine.fingerprint import fingerprints
from roll_schema.engine.result import Result
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.secrets import clean

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(results: Iterable[Result]) -> str:
    """A list of issues; each has a fingerprint that does not change when lines move."""
    found = fingerprints(item for result in results for item in result.diagnostics)
    return json.dumps([_issue(item, fingerprint) for item, fingerprint in found], indent=2)


def _issue(item: Diagnostic, fingerprint: str) -> dict[str, Any]:
    name = item.span.source.name
    return {
        "description": clean(item.message),
        "check_name": item.rule,
        "fingerprint": f"{fingerprint}:{name}",
        "severity": _SEVERITIES[item.severity],
        "location": {"path": name, "lines": {"begin": item.span.first.line, "end": item.span.last.line}},
    }
