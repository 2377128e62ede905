"""
A key that is a mapping in one file and a list in another.

Hydra merges fragment and config key by key; a mapping and a list cannot be merged, and it stops at load.

Not shown as an example: it takes two files. With `base.yaml`

    rewards:
      math_rule: {}

a config that includes it cannot say

    rewards:
      - math_rule

but must use a mapping too.
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def merge_conflict(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help="Write the same kind, a mapping or a list, in both files.")
