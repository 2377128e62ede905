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

from roll_schema import releases
from roll_schema.diagnostic import Severity
from roll_schema.overrides import OVERRIDE_FILE
from roll_schema.rule import Context, Problem, rule
from roll_schema.suggestions import homes, releases_with

if TYPE_CHECKING:
    from roll_schema.models.validation import SchemaError


@rule(Severity.ERROR, fails="silently", claims=("key_not_in_release",))
def key_not_in_release(error: SchemaError, context: Context) -> Iterator[Problem]:
    key_span = error.node.key_span or error.node.span
    if error.path == error.key and key_span.source.name not in (context.primary_file, OVERRIDE_FILE):
        return  # a fragment's variable, whose name is a field in another release
    names = releases_with(error)
    where = f"in `{error.path.rpartition('.')[0]}`" if "." in error.path else "at the top level"
    known = f"ROLL {releases.span_of(names)} {'has' if len(names) == 1 else 'have'} it"
    message = f"ROLL {error.release.name} reads no key `{error.key}` {where}, and ignores it in silence: {known}"
    change = releases.change_of(error.owner.release_class or error.owner.__name__, error.key, error.release)
    if change is not None:
        help_text = change.advice
    elif places := homes(error):
        help_text = f"In this release `{error.key}` belongs {' or '.join(places[:3])}."
    else:
        help_text = "Delete it, or name the release with `--roll-release`."
    yield Problem(error.path, message, help_text, at_key=True)
