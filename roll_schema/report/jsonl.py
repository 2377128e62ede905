"""For machines that read line by line: one JSON object per diagnostic, of the form that it has in `json`."""

from __future__ import annotations

import json
from collections.abc import Iterable

from roll_schema.engine.result import Result
from roll_schema.report.json import as_json


def render(results: Iterable[Result]) -> str:
    """Lines in the order of the files; nothing where nothing is wrong."""
    return "\n".join(json.dumps(as_json(item)) for result in results for item in result.diagnostics)
