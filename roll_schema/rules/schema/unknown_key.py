"""
A key that ROLL does not know.

ROLL builds its config without strictness: a misspelt key, or one that stands a level too high or too low, is dropped
without a word, and training goes on with the default.

    actor_train:
      training_args:
        learning_rat: 1.0e-5   # error: [unknown-key]

Write the key that ROLL reads:

    actor_train:
      training_args:
        learning_rate: 1.0e-5
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.diagnostic import Severity
from roll_schema.models.validation import SchemaError
from roll_schema.overrides import OVERRIDE_FILE
from roll_schema.rule import Context, Problem, rule
from roll_schema.suggestions import advice, looks_meant, near


@rule(Severity.ERROR, fails="silently", claims=("extra_forbidden", "invalid_key"))
def unknown_key(error: SchemaError, context: Context) -> Iterator[Problem]:
    key_span = error.node.key_span or error.node.span
    elsewhere = key_span.source.name not in (context.primary_file, OVERRIDE_FILE)
    if error.path == error.key and (not looks_meant(error) or (elsewhere and not near(error))):
        return
    where = f"in `{error.path.rpartition('.')[0]}`" if "." in error.path else "at the top level"
    message = f"ROLL {error.release.name} reads no key `{error.key}` {where}, and ignores it in silence"
    yield Problem(error.path, message, help=advice(error), at_key=True)
