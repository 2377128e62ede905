"""
An alias `*name` without its anchor `&name` above it.

Anchors hold within one file and from where they stand downwards; a fragment named in `defaults` lends none. The file
does not load.

    response_length: *length   # error: [undefined-alias]

Set the anchor first:

    prompt_length: &length 2048
    response_length: *length
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def undefined_alias(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or (
        "Put the anchor on a value above; across files use an interpolation such as `${name}`. "
        "Text that starts with `*` goes in quotes."
    )
    yield Problem("", fault.message, help=advice)
