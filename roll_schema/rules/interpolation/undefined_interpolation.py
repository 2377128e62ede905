"""
A `${...}` that leads to nothing.

The path counts from the top of the composed config, or from the own section if it starts with a dot. OmegaConf resolves
everything before ROLL sees it, so only what the YAML files say can be referred to, never a default of ROLL's; it stops
at load.

Where a fragment should have defined the variable, the finding is at its entry in `defaults`, or at `defaults` where no
entry includes it. All uses of a variable are one finding.

    response_length: ${max_length}   # error: [undefined-interpolation]

Define the variable:

    max_length: 4096
    response_length: ${max_length}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def undefined_interpolation(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or (
        "Define the variable at the top level, or include the fragment that defines it in `defaults`; "
        "defaults of ROLL's own fields cannot be referred to."
    )
    yield Problem("", fault.message, help=advice)
