"""
Key of another ROLL release.

ROLL ignores keys that its release does not have. After an upgrade a setting is then off, and with an older release it
was never on.

    actor_train:
      logits_in_fp32: true   # error: [key-not-in-release]

The message says which releases have the key, and the help says what replaces it. Select the release with
`--roll-release`, or write a key of this release:

    actor_train:
      model_args:
        dtype: fp32

References:

- ROLL 0.1.0-0.3.0: examples/start_rlvr_pipeline.py, from_dict(data_class=RLVRConfig, data=OmegaConf
- dacite 1.9.2: dacite/core.py, from_dict
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts import releases
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.suggestions import homes, in_fragment, releases_with
from roll_schema.source.change import Rename
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.validation import SchemaError


@rule(Severity.ERROR, effect=Effect.IGNORED, claims=("key_not_in_release",))
def key_not_in_release(error: SchemaError, context: Context) -> Iterator[Problem]:
    if error.path == error.key and in_fragment(error, context.primary_file):
        return  # a variable of a fragment, which has the name of a field in another release
    names = releases_with(error)
    missing = f"ROLL {error.release.name} does not have it, only ROLL {releases.span_of(names)}"
    message = f"`{error.key}` is ignored: {missing}"
    change = releases.change_of(error.owner.class_in_roll(), error.key, error.release)
    if change is not None:
        help_text = change.advice
    elif places := homes(error):
        help_text = f"write `{error.key}` {' or '.join(places[:3])}"
    else:
        help_text = f"remove `{error.key}`, or select the release with `--roll-release {names[-1]}`"
    renamed = Rename(change.rename) if change is not None and change.rename else None
    yield Problem(error.path, message, help_text, at_key=True, change=renamed)
