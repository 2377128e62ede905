"""
More than one YAML document in a file.

A second `---` starts a second document. The loader takes exactly one and stops at load; a single `---` at the top is
fine.

    exp_name: first
    ---   # error: [multiple-documents]
    exp_name: second

Make it one document, or two files:

    ---
    exp_name: first
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def multiple_documents(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Delete this `---`, or move what follows it to a file of its own."
    yield Problem("", fault.message, help=advice)
