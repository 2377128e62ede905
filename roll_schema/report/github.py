"""For GitHub Actions: workflow commands that become annotations on the pull request.

GitHub shows ten errors and ten warnings of a step on the summary page; the log has all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from roll_schema.diagnostic import Diagnostic, Severity
from roll_schema.engine import Result
from roll_schema.secrets import mask, printable

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
    fails = f"\nfails {item.fails}" if item.fails else ""
    advice = f"\n{item.help}" if item.help else ""
    return f"::{_COMMANDS[item.severity]} {told}::{_data(f'{item.message}{fails}{advice}')}"


def _data(text: str) -> str:
    shown = "\n".join(printable(mask(line)) for line in text.split("\n"))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
