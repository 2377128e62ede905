"""
More than a million values after alias expansion.

An alias is one word in the file, but OmegaConf copies its value at each use. With aliases of aliases each line of the
example has ten times the values of the line above, and loading runs out of memory or time. The diagnostic marks the
value with which the limit is exceeded.

    a: &a [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
    c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
    d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
    e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]   # error: [too-many-values]
    f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]

Keep the config small, and large data in a file that the config names:

    a: &a [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    b: &b [*a, *a]

References:

- OmegaConf 2.3.1: omegaconf/omegaconf.py, OmegaConf._create_impl
"""

from __future__ import annotations

from roll_schema.rules.fault import fault_rule

too_many_values = fault_rule(__name__)
