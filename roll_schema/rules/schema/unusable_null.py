"""
Null in a computed field.

The declared type of these fields allows `null`, so the loader accepts it. Right after, ROLL computes with the value and
stops with an error that names neither file nor field.

    actor_train:
      model_args:
        dtype: ~   # error: [unusable-null]

Leave the key out, or set a value:

    actor_train:
      model_args:
        dtype: bf16

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments.__post_init__
- ROLL 0.1.3-0.3.0: roll/configs/generating_args.py, GeneratingArguments.__post_init__
- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, BaseConfig.__post_init__
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

USES = {
    ("ModelArguments", "dtype"): ("looks up the data type of that name", ""),
    ("ModelArguments", "lora_rank"): ("doubles it to get `lora_alpha`", ""),
    ("GeneratingArguments", "num_beams"): ("compares it with 1", ">=0.1.3"),
    ("BaseConfig", "checkpoint_config"): ("reads its `type`", ""),
    ("BaseConfig", "prompt_length"): ("adds it to `response_length`", ""),
    ("RLVRConfig", "rewards"): ("goes through its rewards", ""),
}
"""What `__post_init__` does with a field's value, and in which releases."""

INSTEAD = {"lora_rank": "lora_alpha", "prompt_length": "sequence_length"}
"""Fields that keep ROLL from computing with the null."""


@rule(Severity.ERROR, effect=Effect.LOAD)
def unusable_null(section: Section, context: Context) -> Iterator[Problem]:
    owners = {parent.__name__ for parent in type(section).__mro__}
    uses = {
        field: use
        for (owner, field), (use, releases) in USES.items()
        if owner in owners and context.release.matches(releases)
    }

    def judge(field: str, value: object) -> Iterator[Problem]:
        if context.is_set(field) and value is None:
            if field in INSTEAD and getattr(section, INSTEAD[field]):
                return
            message = f"`{field}` must not be null: ROLL {uses[field]}"
            yield Problem(field, message, f"remove `{field}` to use ROLL's default")

    yield from each(fields_of(section, *uses), judge)
