"""
Ignored response length.

With `sequence_length` set, ROLL ignores `response_length`. A completion may have `sequence_length - prompt_length`
tokens.

    prompt_length: 1024
    response_length: 4096   # info: [ignored-response-length]
    sequence_length: 3072

Set one of the two:

    prompt_length: 1024
    sequence_length: 3072

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, self.response_length = None
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.INFO, effect=Effect.IGNORED)
def ignored_response_length(config: BaseConfig) -> Iterator[Problem]:
    sequence, response, prompt = config.sequence_length, config.response_length, config.prompt_length
    if not sequence or not response or prompt is None or prompt + response == sequence:
        return
    left = sequence - prompt
    if left <= 0:
        return  # no-room-for-answers says more
    message = f"`response_length` is ignored: `sequence_length` leaves {left} tokens ({sequence} - {prompt})"
    also = {"sequence_length": "takes precedence"}
    yield Problem("response_length", message, "remove `response_length`", also)
