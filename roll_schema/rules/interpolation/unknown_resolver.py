"""
A resolver, the name before the colon in `${name:...}`, that does not exist.

ROLL registers none of its own; those of OmegaConf and Hydra are `oc.env`, `oc.select`, `oc.decode`, `oc.create`,
`oc.deprecated`, `oc.dict.keys`, `oc.dict.values` and `now`. Any other stops the run at load; so does the
shell's `${NAME:-default}`, since `NAME` is read as a resolver.

    output_dir: ${env:OUTPUT_DIR,./output}   # error: [unknown-resolver]

For the environment it is:

    output_dir: ${oc.env:OUTPUT_DIR,./output}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def unknown_resolver(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Use a resolver of OmegaConf's such as `${oc.env:NAME,default}`, or write the value itself."
    yield Problem("", fault.message, help=advice)
