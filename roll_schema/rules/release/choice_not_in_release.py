"""
Choice of another ROLL release.

Each release has its own list of choices for a key, and dacite refuses any other value at load. Its message does not say
that another release accepts the value.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train   # error: [choice-not-in-release]

Select the release with `--roll-release`, or write a choice of this release:

    actor_train:
      strategy_args:
        strategy_name: megatron_train

References:

- ROLL 0.1.0-0.3.0: roll/configs/worker_config.py, StrategyArguments
- dacite 1.9.2: dacite/types.py, is_instance
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.facts import releases
from roll_schema.models.validation import SchemaError, facts_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed


@rule(Severity.ERROR, effect=Effect.LOAD, claims=("literal_error",))
def choice_not_in_release(error: SchemaError) -> Iterator[Problem]:
    names = releases_with_choice(error)
    if not names:
        return
    choices = facts_of(error.owner, error.release)[error.field]["choices"]
    message = (
        f"`{error.key}: {error.node.value}` does not exist in ROLL {error.release.name}, only in "
        f"ROLL {releases.span_of(names)}"
    )
    change = releases.change_of(error.owner.class_in_roll(), error.field, error.release, str(error.node.value))
    known = listed([choice for choice in choices if choice is not None])
    otherwise = f"write one of {known}, or select the release with `--roll-release {names[-1]}`"
    yield Problem(error.path, message, change.advice if change else otherwise)


def releases_with_choice(error: SchemaError) -> list[str]:
    """Releases whose field takes the value that this release refuses."""
    fields = {name: facts_of(error.owner, releases.load(name)).get(error.field, {}) for name in releases.NAMES}
    value = error.node.value
    return [name for name, field in fields.items() if isinstance(value, str) and value in field.get("choices", ())]
