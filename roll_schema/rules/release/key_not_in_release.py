"""
A key of another ROLL release.

Keys come and go between releases, and ROLL drops the ones it does not know without a word: after an upgrade a setting
is simply off, before one it never was on.

    actor_train:
      logits_in_fp32: true   # error: [key-not-in-release]

The message says which releases have the key, and what took its place; choose the release with `--roll-release`, or
write what this one reads:

    actor_train:
      model_args:
        dtype: fp32
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import releases
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.suggestions import homes, ignored, in_fragment, releases_with
from roll_schema.source.change import Rename
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.validation import SchemaError


@rule(Severity.ERROR, effect=Effect.IGNORED, claims=("key_not_in_release",))
def key_not_in_release(error: SchemaError, context: Context) -> Iterator[Problem]:
    if error.path == error.key and in_fragment(error, context.primary_file):
        return  # a fragment's variable, whose name is a field in another release
    names = releases_with(error)
    message = f"{ignored(error)}: {releases.have(names)} it"
    change = releases.change_of(error.owner.class_in_roll(), error.key, error.release)
    if change is not None:
        help_text = change.advice
    elif places := homes(error):
        help_text = f"In this release `{error.key}` belongs {' or '.join(places[:3])}."
    else:
        help_text = "Delete it, or name the release with `--roll-release`."
    renamed = Rename(change.rename) if change is not None and change.rename else None
    yield Problem(error.path, message, help_text, at_key=True, change=renamed)
