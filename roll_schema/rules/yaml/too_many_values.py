"""
Aliases that multiply to more than a million values.

An alias costs one word in the file, but OmegaConf builds its value anew for each use. Aliases of aliases grow tenfold
with each line here, and loading runs out of memory or time. The value that is repeated once too often is marked.

    a: &a [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
    c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
    d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
    e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]   # error: [too-many-values]
    f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]

Keep the data in a file that the config names, and the config small:

    a: &a [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    b: &b [*a, *a]
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def too_many_values(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help="Remove aliases of aliases, or move data out of the config.")
