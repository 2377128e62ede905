"""
Null in a non-optional field.

ROLL's loader checks the declared type, not the default. A field that may be left out may still refuse `null`, even if
its default is None.

    reward_clip: ~   # error: [invalid-null]

Leave the key out, or set a value:

    reward_clip: 10

References:

- ROLL 0.1.3-0.3.0: roll/configs/base_config.py, reward_clip: float
- dacite 1.9.2: dacite/core.py, from_dict
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.schema.wrong_type import expected_type
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.validation import SchemaError


@rule(Severity.ERROR, effect=Effect.LOAD, claims=("*",))
def invalid_null(error: SchemaError, context: Context) -> Iterator[Problem]:
    if error.node.value is not None:
        return
    message = f"`{error.path}`: expected {expected_type(error)}, found null"
    yield Problem(error.path, message, f"remove `{error.key}` to use ROLL's default")
