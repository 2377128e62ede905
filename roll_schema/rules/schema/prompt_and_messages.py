"""
Both prompt and messages columns.

A data set has its prompts in the column named by `prompt`, or conversations in the column named by `messages`. ROLL
asserts at load that only one of them is set.

    actor_train:
      data_args:
        messages: messages
        prompt: question   # error: [prompt-and-messages]

Name one column:

    actor_train:
      data_args:
        messages: messages

References:

- ROLL 0.1.0-0.3.0: roll/configs/data_args.py, prompt and messages are mutually exclusive
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.data_args import DataArguments


@rule(Severity.ERROR, effect=Effect.LOAD)
def prompt_and_messages(data_args: DataArguments) -> Iterator[Problem]:
    if data_args.prompt is not None and data_args.messages is not None:
        message = "`prompt` conflicts with `messages`: ROLL reads only one of the columns"
        also = {"messages": "the other column"}
        yield Problem("prompt", message, "remove `prompt` or `messages`", also)
