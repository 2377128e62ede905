"""
An entry of `defaults` whose file does not exist, cannot be read, or is not chosen.

Hydra looks in the folder of the config and in `hydra.searchpath`, and stops at load. An entry counts from the folder of
the file that lists it, or from the config's own folder if it starts with `/`; `.yaml` may be left out. Variables that
are undefined without the fragment are counted here, not reported one by one.

    defaults:
      - ../config/no_such_fragment@_here_   # error: [missing-fragment]

Correct the path; an entry of a group may also be optional:

    defaults:
      - optional cluster: local
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def missing_fragment(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Correct the path, which counts from the folder of the file it stands in, or create it."
    yield Problem("", fault.message, help=advice)
