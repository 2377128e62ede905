"""
One of the two validation lengths without the other.

ROLL asserts at load that `val_prompt_length` and `val_sequence_length` are set together or not at all; a
`val_sequence_length` of 0 counts as not set. Left out, they are those of the training.

    val_prompt_length: 1024   # error: [unpaired-validation-lengths]

Set both:

    val_prompt_length: 1024
    val_sequence_length: 3072
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def unpaired_validation_lengths(config: BaseConfig) -> Iterator[Problem]:
    prompt, sequence = config.val_prompt_length, config.val_sequence_length
    if prompt is None and sequence is not None:
        place, message = "val_sequence_length", "`val_sequence_length` is set, but `val_prompt_length` is not"
        yield Problem(place, message, "Set `val_prompt_length` too, or delete both.")
    elif prompt is not None and sequence is None:
        place, message = "val_prompt_length", "`val_prompt_length` is set, but `val_sequence_length` is not"
        yield Problem(place, message, "Set `val_sequence_length` too, or delete both.")
    elif prompt is not None and sequence == 0:
        message = "`val_sequence_length` is 0, which ROLL takes for not set"
        yield Problem("val_sequence_length", message, "Write the tokens of a prompt and its answer, or delete both.")
    elif prompt is None and _sequence(config) == 0:
        place = "sequence_length" if config.sequence_length == 0 else "response_length"
        message = "`sequence_length` is 0, and so is `val_sequence_length`, which ROLL takes for not set"
        yield Problem(place, message, "Write the tokens of a prompt and its answer, or leave `sequence_length` out.")


def _sequence(config: BaseConfig) -> int | None:
    """`sequence_length` as the validation takes it over; None where missing-key or unusable-null say more."""
    response, prompt, sequence = config.response_length, config.prompt_length, config.sequence_length
    if prompt is None or not response:
        return None
    return response + prompt if sequence is None else sequence
