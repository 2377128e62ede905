"""
Prompts that fill the whole sequence.

Answers get `sequence_length - prompt_length` tokens; with nothing left, the first generation fails.

    prompt_length: 4096   # error: [no-room-for-answers]
    sequence_length: 4096

Leave room:

    prompt_length: 1024
    sequence_length: 4096
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def no_room_for_answers(config: RLVRConfig) -> Iterator[Problem]:
    sequence, prompt = config.sequence_length, config.prompt_length
    if sequence and prompt and prompt >= sequence:
        message = f"{sequence} - {prompt} = {sequence - prompt} tokens are left for answers"
        yield Problem(
            "prompt_length", message, "Lower it, or raise `sequence_length`.", {"sequence_length": "of these"}
        )
