"""
Mappings or lists nested hundreds of levels deep.

PyYAML and OmegaConf walk a config by recursion and run out of stack; no config of ROLL's goes deeper than about ten
levels.

Not shown as an example: it takes more than 200 levels, such as a line of as many `[`.
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def nested_too_deep(fault: Fault) -> Iterator[Problem]:
    advice = "Flatten the config; if the file was generated, look for a loop in what generated it."
    yield Problem("", fault.message, help=advice)
