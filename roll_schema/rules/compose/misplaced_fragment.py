"""
A fragment by a path with `..` whose keys land where nothing reads them.

Hydra makes the folders of an entry the keys that its content goes below. For `../config/base` that is a key with dots
for a name: the fragment loads, yet nothing in it takes effect. `@_here_` puts its keys beside the file's own.

Not shown as an example: it takes a second file. Instead of

    defaults:
      - ../config/deepspeed_zero2

write

    defaults:
      - ../config/deepspeed_zero2@_here_
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.WARNING, effect=Effect.DIFFERENT)
def misplaced_fragment(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help)
