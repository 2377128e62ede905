"""
No room for completions.

A completion may have `sequence_length - prompt_length` tokens. ROLL passes this number to the engine as
`max_new_tokens`. With 0 or less, the first generation fails.

    prompt_length: 4096   # error: [no-room-for-answers]
    sequence_length: 4096

Leave room for completions:

    prompt_length: 1024
    sequence_length: 4096

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_config.py, max_new_tokens = self.sequence_length - self.prompt_length
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
        left = f"{sequence - prompt} tokens ({sequence} - {prompt})"
        message = f"`prompt_length` leaves no room for completions: {left}"
        also = {"sequence_length": "tokens of prompt and completion"}
        yield Problem("prompt_length", message, f"set `prompt_length` below {sequence}", also)
