"""
A response length that ROLL throws away.

When `sequence_length` is set, `response_length` is not used: answers get what the prompt leaves of the sequence.

    prompt_length: 1024
    response_length: 4096   # info: [ignored-response-length]
    sequence_length: 3072

Set one of the two:

    prompt_length: 1024
    sequence_length: 3072
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
        return  # nothing is left at all, which another rule says
    message = f"`response_length: {response}` is not used: {sequence} - {prompt} = {left} tokens are left for answers"
    also = {"sequence_length": "this one is used"}
    yield Problem("response_length", message, "Set only one of the two.", also)
