"""
A key that stands twice in one mapping.

Many YAML tools quietly take the last value; OmegaConf's loader refuses the file at load.

    save_steps: 100
    logging_steps: 1
    save_steps: 50   # error: [duplicate-key]

Keep the one that is meant:

    logging_steps: 1
    save_steps: 50
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def duplicate_key(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help or "Keep the one that is meant and delete the other.")
