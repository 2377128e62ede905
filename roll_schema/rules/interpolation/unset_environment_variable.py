"""
An environment variable that is not set here and has no default.

`${oc.env:NAME}` stops the run at load if `NAME` is not set where ROLL is started. It is a warning, since that may be
another machine; rules that need the value are silent.

    output_dir: ${oc.env:MY_UNSET_OUTPUT_DIR}   # warning: [unset-environment-variable]

A default holds where the variable is not set:

    output_dir: ${oc.env:MY_UNSET_OUTPUT_DIR,./output}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.WARNING, effect=Effect.LOAD)
def unset_environment_variable(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Set it before ROLL starts, or add a default: `${oc.env:NAME,default}`."
    yield Problem("", fault.message, help=advice)
