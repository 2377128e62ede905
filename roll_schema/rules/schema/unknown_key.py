"""
A key that ROLL does not know.

ROLL builds its config without strictness: a misspelt key, or one that stands a level too high or too low, is dropped
without a word, and training goes on with the default.

    actor_train:
      training_args:
        learning_rat: 1.0e-5   # error: [unknown-key]

A top-level key that some `${...}` refers to is a variable and fine; one that nothing refers to, and that resembles no
key of ROLL's, is a warning.

Write the key that ROLL reads:

    actor_train:
      training_args:
        learning_rate: 1.0e-5
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.suggestions import ignored, in_fragment, looks_meant, near, remedy
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.tree import lookup

if TYPE_CHECKING:
    from roll_schema.models.validation import SchemaError


@rule(Severity.ERROR, effect=Effect.IGNORED, claims=("extra_forbidden", "invalid_key"))
def unknown_key(error: SchemaError, context: Context) -> Iterator[Problem]:
    if error.path == error.key:
        if in_fragment(error, context.primary_file):
            # What a fragment defines for others to use may stay unused, unless it resembles a key that is not there.
            meant = near(error, context.roles)
            if meant is None or lookup(context.root, (meant,)) is not None:
                return
        elif not looks_meant(error, context.roles):
            message = f"nothing refers to `{error.key}`, and ROLL {error.release.name} has no such key"
            help_text = f"Use it as `${{{error.key}}}`, or delete it."
            yield Problem(error.path, message, help_text, severity=Severity.WARNING, at_key=True)
            return
    advice, change, certain = remedy(error, context.roles)
    yield Problem(error.path, ignored(error), advice, at_key=True, change=change, certain=certain)
