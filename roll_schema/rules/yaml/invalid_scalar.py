"""
A value that its type cannot be made of.

`!!int` before something that is no integer, or a lone `=` or `<<`, which YAML 1.1 reserves: the file does not load.

    save_steps: !!int often   # error: [invalid-scalar]

Leave the tag out; text that looks like something else goes in quotes:

    save_steps: 100
    exp_name: "="
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_scalar(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "If text is meant, put it in quotes and leave a tag such as `!!int` out."
    yield Problem("", fault.message, help=advice)
