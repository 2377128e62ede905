"""
An explicit null for a field that takes none.

ROLL's loader checks the declared type and not the default: a field that may be left out may still refuse `null`.

    reward_clip: ~   # error: [invalid-null]

Leave the key out, or give it a value:

    reward_clip: 10
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.schema.wrong_type import wanted_type
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.validation import SchemaError


@rule(Severity.ERROR, effect=Effect.LOAD, claims=("*",))
def invalid_null(error: SchemaError, context: Context) -> Iterator[Problem]:
    if error.node.value is not None:
        return
    message = f"`{error.path}` may be left out, but not be null: it must be {wanted_type(error)}"
    yield Problem(error.path, message, help=f"Delete `{error.key}` to get ROLL's default, or give it a value.")
