"""
Validation prompts that training's limit drops.

RLVR drops the prompts that have more than `prompt_length` tokens, and goes through the validation data by the same
number: what `val_prompt_length` has beyond it is room for prompts that are no longer there.

    prompt_length: 1024
    val_prompt_length: 4096   # warning: [validation-prompts-dropped]
    val_sequence_length: 8192

As long as the validation needs:

    prompt_length: 4096
    val_prompt_length: 4096
    val_sequence_length: 8192
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.DIFFERENT, pipelines=("rlvr",))
def validation_prompts_dropped(config: RLVRConfig) -> Iterator[Problem]:
    here, there = config.val_prompt_length, config.prompt_length
    if here and there and here > there:
        message = f"validation prompts of more than {there:,} tokens are dropped, though {here:,} are allowed here"
        yield Problem("val_prompt_length", message, f"Write `prompt_length: {here}`.", {"prompt_length": "the limit"})
