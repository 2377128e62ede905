"""
Two columns for the same prompt.

A data set's prompts are in the column named by `prompt` or in the conversation named by `messages`; ROLL refuses both.

    actor_train:
      data_args:
        messages: messages
        prompt: question   # error: [prompt-and-messages]

Name one:

    actor_train:
      data_args:
        messages: messages
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
    if data_args.prompt and data_args.messages:
        message = f"`prompt` ({data_args.prompt}) and `messages` ({data_args.messages}) are both set"
        yield Problem("prompt", message, "Keep the one that the data has.", {"messages": "the other one"})
