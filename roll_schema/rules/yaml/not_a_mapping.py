"""
A config that is a list or a single value.

Hydra composes mappings of keys to values and stops at load on anything else. Often the space after a colon is missing,
which makes a key and its value one text.

    exp_name:my-run   # error: [not-a-mapping]

With the space:

    exp_name: my-run
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def not_a_mapping(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Write `key: value` lines, with a space after each colon."
    yield Problem("", fault.message, help=advice)
