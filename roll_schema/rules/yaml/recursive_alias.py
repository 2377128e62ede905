"""
An alias inside the very value that it repeats.

The value would contain itself without end. OmegaConf cannot build a config of that and stops at load.

    rewards: &rewards
      math: {}
      all: *rewards   # error: [recursive-alias]

Repeat a part instead of the whole:

    rewards:
      math: &math {}
      all: *math
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def recursive_alias(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help or "Repeat only the inner part that is meant.")
