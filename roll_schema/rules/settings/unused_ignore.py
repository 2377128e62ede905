"""
A comment that asks for silence about nothing.

`# roll-lint: ignore[RULE] REASON` outlives the problem that it was written for, and would hide the next one.

    save_steps: 100  # roll-lint: ignore[wrong-type] was text   # warning: [unused-ignore]

Without it:

    save_steps: 100
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.diagnostic import Fault, Severity
from roll_schema.rule import Problem, rule


@rule(Severity.WARNING)
def unused_ignore(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, fault.help)
