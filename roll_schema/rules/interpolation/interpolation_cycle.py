"""
Interpolations that lead back to where they started.

Such a value is never reached: OmegaConf recurses until Python's stack is full and stops at load.

    prompt_length: ${prompt_length}   # error: [interpolation-cycle]

Write a value at one of the places:

    prompt_length: 2048
    response_length: ${prompt_length}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def interpolation_cycle(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help or "Write the value itself at one of these places.")
