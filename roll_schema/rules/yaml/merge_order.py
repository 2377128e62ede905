"""
A key that two mappings of a merge list give differently.

YAML says that in `<<: [*first, *second]` the earlier mapping wins, and PyYAML up to 6.0.3 does so; in PyYAML 6.0.4 the
later one wins. The config then depends on which PyYAML each machine has. roll-lint reads it as YAML and 6.0.3 do.

    short: &short
      max_new_tokens: 1024
    long: &long
      max_new_tokens: 8192
    generating_args:
      <<: [*short, *long]   # warning: [merge-order]

A value of the mapping itself always wins:

    short: &short
      max_new_tokens: 1024
    long: &long
      max_new_tokens: 8192
    generating_args:
      <<: [*short, *long]
      max_new_tokens: 1024
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def merge_order(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help="Write the key in this mapping itself: that value wins in every release.")
