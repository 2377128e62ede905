"""
Files that include each other.

Each would have to be merged before the other, so Hydra stops at load. More than 1,000 includes count as
a cycle too.

Not shown as an example: it takes two files, such as `a.yaml`

    defaults: [b]

and `b.yaml`

    defaults: [a]

Move what both need to a third file, and let both include that.
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def include_cycle(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, "Delete one of the entries; keys that both files need go to a third file.")
