"""
Unknown key.

ROLL's loader ignores unknown keys. A misspelled key, or one at the wrong level, has no effect, and training continues
with the default.

    actor_train:
      training_args:
        learning_rat: 1.0e-5   # error: [unknown-key]

A top-level key that a `${...}` refers to is a variable and valid. A top-level key without references that resembles no
key of ROLL is a warning.

Write the key that ROLL reads:

    actor_train:
      training_args:
        learning_rate: 1.0e-5

References:

- ROLL 0.1.0-0.3.0: examples/start_rlvr_pipeline.py, from_dict(data_class=RLVRConfig
- dacite 1.9.2: dacite/config.py, strict: bool = False
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
            # A fragment may define variables that nothing uses; a name that resembles an unset key is a typo.
            meant = near(error, context.roles)
            if meant is None or lookup(context.root, (meant,)) is not None:
                return
        elif not looks_meant(error, context.roles):
            message = f"unknown key `{error.key}`: ROLL {error.release.name} ignores it, and no `${{…}}` refers to it"
            advice = f"remove `{error.key}`, or refer to it as `${{{error.key}}}`"
            yield Problem(error.path, message, advice, severity=Severity.WARNING, at_key=True)
            return
    advice, change, certain = remedy(error, context.roles)
    yield Problem(error.path, ignored(error), advice, at_key=True, change=change, certain=certain)
