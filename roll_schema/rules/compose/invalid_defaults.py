"""
A `defaults` list that Hydra cannot read.

It is a list; each item is the path of a fragment or one `group: choice`. `_self_`, the place of the file's own keys,
stands at most once and without a package. Hydra stops at load otherwise.

    defaults: base   # error: [invalid-defaults]

As a list:

    defaults:
      - _self_
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_defaults(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Write a list: `- path/of/fragment`, `- group: choice`, at most one `- _self_`."
    yield Problem("", fault.message, help=advice)
