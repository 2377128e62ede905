"""
A `${` that does not start a well-formed interpolation.

A missing brace, an empty name, a character that a name may not have: OmegaConf stops at load.

    model: Qwen2.5
    exp_name: ${model-run   # error: [malformed-interpolation]

Close the brace:

    model: Qwen2.5
    exp_name: ${model}-run
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def malformed_interpolation(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help or "Write `${name}`; for a literal `${` write `\\${`.")
