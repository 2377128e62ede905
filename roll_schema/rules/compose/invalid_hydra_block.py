"""
A `hydra` key that Hydra refuses.

`hydra` is the block of Hydra's own settings with a fixed set of keys, not ROLL's; an unknown key in it, or a
`searchpath` that is no list or stands in a fragment, stops the run at load.

    hydra:
      run_dir: ./outputs   # error: [invalid-hydra-block]

The key's real name:

    hydra:
      run: {dir: ./outputs}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_hydra_block(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "In the primary config only, write `hydra: {searchpath: [file://configs]}`."
    yield Problem("", fault.message, help=advice)
