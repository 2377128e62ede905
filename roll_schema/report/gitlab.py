"""For GitLab: a code quality report, which merge requests show beside the changed lines."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from roll_schema.diagnostic import Diagnostic, Severity
from roll_schema.engine import Result
from roll_schema.secrets import mask, printable

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(results: Iterable[Result]) -> str:
    """A list of issues; each has a fingerprint that does not change when lines move."""
    seen: Counter[str] = Counter()
    return json.dumps([_issue(item, seen) for result in results for item in result.diagnostics], indent=2)


def _issue(item: Diagnostic, seen: Counter[str]) -> dict[str, Any]:
    first, last = item.span.first, item.span.last
    same = "\0".join((item.rule, item.span.source.name, item.path or "", item.span.text))
    seen[same] += 1
    fingerprint = hashlib.sha256(f"{same}\0{seen[same]}".encode("utf-8", "surrogateescape")).hexdigest()
    return {
        "description": printable(mask(item.message)),
        "check_name": item.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[item.severity],
        "location": {"path": item.span.source.name, "lines": {"begin": first.line, "end": last.line}},
    }
