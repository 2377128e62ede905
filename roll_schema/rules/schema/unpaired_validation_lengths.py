"""
Unpaired validation lengths.

ROLL asserts at load that `val_prompt_length` and `val_sequence_length` are both set or both left out. A
`val_sequence_length` of 0 counts as not set. Without them, validation uses the lengths of training.

    val_prompt_length: 1024   # error: [unpaired-validation-lengths]

Set both:

    val_prompt_length: 1024
    val_sequence_length: 3072

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, val_prompt_length and val_sequence_length must be set simultaneously
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
        message = "missing `val_prompt_length`: `val_sequence_length` requires it"
        yield Problem("val_sequence_length", message, "set `val_prompt_length`, or remove `val_sequence_length`")
    elif prompt is not None and sequence is None:
        message = "missing `val_sequence_length`: `val_prompt_length` requires it"
        yield Problem("val_prompt_length", message, "set `val_sequence_length`, or remove `val_prompt_length`")
    elif prompt is not None and sequence == 0:
        message = "`val_sequence_length` must be positive, found `0`"
        advice = "set `val_sequence_length` to the tokens of prompt and completion"
        yield Problem("val_sequence_length", message, advice)
    elif prompt is None and _sequence(config) == 0:
        if config.sequence_length == 0:
            message = "`sequence_length` must be positive for validation, found `0`"
            advice = "set `sequence_length` to the tokens of prompt and completion"
            yield Problem("sequence_length", message, advice)
        else:
            message = "`response_length` and `prompt_length` must add up to a positive length, found `0`"
            yield Problem("response_length", message, "set `response_length` to a positive number of tokens")


def _sequence(config: BaseConfig) -> int | None:
    """The sequence length that validation inherits; None where missing-key or unusable-null say more."""
    response, prompt, sequence = config.response_length, config.prompt_length, config.sequence_length
    if prompt is None or not response:
        return None
    return response + prompt if sequence is None else sequence
