"""
A command-line override that Hydra refuses.

`key=value` changes a key that the config has, `+key=value` adds one that it lacks, `++key=value` does either, `~key`
removes one. What does not fit, or does not parse, stops ROLL at load; several values with commas are a sweep, which
needs `--multirun`.

Not shown as an example: it stands on the command line. If the config has no `seed`, then

    seed=7

is refused, and right is

    +seed=7
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_override(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or (
        "Write `key=value` to change a key, `+key=value` to add one, `~key` to remove one; quote text with special "
        "characters, as in `'key=\"a,b\"'`."
    )
    yield Problem("", fault.message, help=advice)
