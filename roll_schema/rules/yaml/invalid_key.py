"""
A key that is null, a mapping or a list.

OmegaConf takes text, numbers and truth values as keys, nothing else; the file does not load. Two braces around a name,
as templating languages have them, are a mapping as a key too.

    ? [math, code]   # error: [invalid-key]
    : 0.5

Write one text key for each:

    domain_interleave_probs:
      math: 0.5
      code: 0.5
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_key(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Write a plain text key; text that looks like null goes in quotes."
    yield Problem("", fault.message, help=advice)
