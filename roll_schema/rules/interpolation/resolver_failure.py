"""
A resolver that cannot do what it is asked for.

It was given the wrong number or kind of arguments, or it is `hydra:`, which needs Hydra's run-time config: ROLL's start
scripts compose without that, so `${hydra:runtime.cwd}` fails there although it works in other programs. The run stops
at load.

    output_dir: ${hydra:runtime.cwd}/output   # error: [resolver-failure]

Write the value, or take it from the environment:

    output_dir: ./output
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def resolver_failure(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Correct the argument, or write the value itself instead of the resolver."
    yield Problem("", fault.message, help=advice)
