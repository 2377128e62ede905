"""
A comment that asks for silence about nothing.

`# roll-lint: ignore[RULE] REASON` outlives the problem that it was written for, and would hide the next one.

    save_steps: 100  # roll-lint: ignore[wrong-type] was text   # warning: [unused-ignore]

Without it:

    save_steps: 100
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Fault, Severity


@rule(Severity.WARNING)
def unused_ignore(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, fault.help)
