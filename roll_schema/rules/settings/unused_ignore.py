"""
Unused ignore comment.

`# roll-lint: ignore[RULE] REASON` outlives the problem that it was written for. It would hide the next problem of that
rule.

    save_steps: 100  # roll-lint: ignore[wrong-type] was a string   # warning: [unused-ignore]

Remove it:

    save_steps: 100

References:

- roll-lint 0.1.0: roll_schema/engine/suppress.py, unused
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Fault, Severity


@rule(Severity.WARNING)
def unused_ignore(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, fault.help)
