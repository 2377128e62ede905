"""For GitHub Actions: workflow commands that become annotations on the pull request.

GitHub shows ten errors and ten warnings of a step on the summary page; the log has all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from roll_schema.engine.result import Result
from roll_schema.report.places import whole_message
from roll_schema.source.diagnostic import Diagnostic, Severity
from roll_schema.source.secrets import clean

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def lines(results: Iterable[Result]) -> Iterator[str]:
    """One command per diagnostic: place as properties, message and help as data."""
    for result in results:
        yield from map(_command, result.diagnostics)


def _command(item: Diagnostic) -> str:
    first, last = item.span.first, item.span.last
    properties = {"file": item.span.source.name, "line": first.line, "endLine": last.line}
    if first.line == last.line:
        # Columns are for one line only: GitHub refuses them otherwise.
        properties |= {"col": first.column, "endColumn": last.column}
    properties["title"] = f"roll-lint: {item.rule}"
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[item.severity]} {told}::{_data(whole_message(item, effect=True))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")
