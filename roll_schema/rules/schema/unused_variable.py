"""
A top-level key that is no field of ROLL's and that no `${…}` refers to.

Keys of one's own are fine as variables; one that nothing uses is usually left over, or was meant to be used.

    my_length: 4096   # warning: [unused-variable]
    response_length: 2048

Refer to it, or delete it:

    my_length: 4096
    response_length: ${my_length}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.diagnostic import Severity
from roll_schema.models.validation import SchemaError
from roll_schema.overrides import OVERRIDE_FILE
from roll_schema.rule import Context, Problem, rule
from roll_schema.suggestions import looks_meant


@rule(Severity.WARNING, fails="silently", claims=("extra_forbidden", "invalid_key"))
def unused_variable(error: SchemaError, context: Context) -> Iterator[Problem]:
    key_span = error.node.key_span or error.node.span
    # What a fragment defines for others to use may stay unused.
    if (
        error.path != error.key
        or looks_meant(error)
        or key_span.source.name not in (context.primary_file, OVERRIDE_FILE)
    ):
        return
    message = f"nothing refers to `{error.key}`, and ROLL {error.release.name} has no such key"
    yield Problem(error.path, message, help=f"Use it as `${{{error.key}}}`, or delete it.", at_key=True)
