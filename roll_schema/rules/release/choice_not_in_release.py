"""
A choice of another ROLL release.

Each release compares the value with its own list while it loads the config, and refuses any other; its message does
not say that another release took it.

    actor_train:
      strategy_args:
        strategy_name: fsdp2_train   # error: [choice-not-in-release]

Name the release that has it with `--roll-release`, or write a choice of this one:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.facts import releases
from roll_schema.models.validation import SchemaError, facts_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity


@rule(Severity.ERROR, effect=Effect.LOAD, claims=("literal_error",))
def choice_not_in_release(error: SchemaError, context: Context) -> Iterator[Problem]:
    names = releases_with_choice(error)
    if not names:
        return
    choices = facts_of(error.owner, error.release)[error.field]["choices"]
    listed = ", ".join(f"`{choice}`" for choice in choices if choice is not None)
    refused = f"ROLL {error.release.name} refuses `{error.key}: {error.node.value}`"
    message = f"{refused}: {releases.have(names)} that choice, this release has {listed}"
    change = releases.change_of(error.owner.class_in_roll(), error.field, error.release, str(error.node.value))
    help_text = change.advice if change else "Write one of these, or name the release with `--roll-release`."
    yield Problem(error.path, message, help_text)


def releases_with_choice(error: SchemaError) -> list[str]:
    """Releases whose field takes the value that this release refuses."""
    fields = {name: facts_of(error.owner, releases.load(name)).get(error.field, {}) for name in releases.NAMES}
    value = error.node.value
    return [name for name, field in fields.items() if isinstance(value, str) and value in field.get("choices", ())]
