"""
A null that the type allows, but that ROLL then works with.

The loader takes `null` for these fields, and a moment later ROLL computes with it and stops with an error that names
neither file nor field.

    actor_train:
      model_args:
        dtype: ~   # error: [unusable-null]

Leave the key out, or give it a value:

    actor_train:
      model_args:
        dtype: bf16
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.models.section import fields_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.section import Section

BREAKS = {
    ("ModelArguments", "dtype"): "looks up the precision of that name",
    ("ModelArguments", "lora_rank"): "doubles it to get `lora_alpha`",
    ("GeneratingArguments", "num_beams"): "compares it with 1",
    ("BaseConfig", "checkpoint_config"): "looks up `type` in it",
    ("BaseConfig", "prompt_length"): "adds it to `response_length`",
    ("RLVRConfig", "rewards"): "goes through its rewards",
}
"""What `__post_init__` does with the value: ROLL 0.1.0 to 0.3.0."""

INSTEAD = {"lora_rank": "lora_alpha", "prompt_length": "sequence_length"}
"""Fields that keep ROLL from working with the null."""


@rule(Severity.ERROR, effect=Effect.LOAD)
def unusable_null(section: Section, context: Context) -> Iterator[Problem]:
    names = {parent.__name__ for parent in type(section).__mro__}
    deeds = {field: deed for (owner, field), deed in BREAKS.items() if owner in names}

    def judge(field: str, value: object) -> Iterator[Problem]:
        if context.is_set(field) and value is None:
            if field in INSTEAD and getattr(section, INSTEAD[field]):
                return
            help_text = f"Delete `{field}` to get ROLL's default, or give it a value."
            yield Problem(field, f"`{field}` is null, but ROLL {deeds[field]} while it loads the config", help_text)

    yield from each(fields_of(section, *deeds), judge)
