"""A step's samples as tensors on the CPU, in the form that trainer and loss share.

Prompts are padded on the left, answers on the right, so that answers start at the same column. [S] samples, [L] tokens
of the longest prompt and the longest answer together, [R] those of the longest answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from roll_runtime.data import Prompt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Batch = dict[str, Tensor]
"""`input_ids`, `attention_mask` [S, L]; `mask`, `rollout` and others by token [S, R]; `scores` and the like [S]."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine made of a prompt: tokens, the log-probability of each, text, and whether it ended by itself."""

    tokens: tuple[int, ...]
    log_probs: tuple[float, ...]
    text: str
    finished: bool


class Ends(NamedTuple):
    """The tokens that end a completion, as in ROLL: the end of sequence, which belongs to it, and padding, which does
    not; None where the tokenizer has no such token.
    """

    sequence: int | None
    padding: int | None

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> Ends:
        """Those of a tokenizer."""
        return cls(tokenizer.eos_token_id, tokenizer.pad_token_id)

    @property
    def tokens(self) -> list[int]:
        """Those that there are."""
        return sorted({token for token in self if token is not None})

    def length(self, tokens: Sequence[int]) -> int:
        """How many of the tokens that an engine made belong to the completion."""
        for at, token in enumerate(tokens):
            if token in self:
                return at + (token != self.padding)
        return len(tokens)


def make(prompts: Sequence[Prompt], answers: Sequence[Answer], pad: int) -> Batch:
    """A batch of one prompt per answer; an answer without tokens counts nowhere."""
    longest_prompt = max(len(prompt.tokens) for prompt in prompts)
    longest_answer = max(max(len(answer.tokens) for answer in answers), 1)
    size = (len(answers), longest_prompt + longest_answer)
    tokens = torch.full(size, pad, dtype=torch.long)
    attention = torch.zeros(size, dtype=torch.long)
    mask = torch.zeros(len(answers), longest_answer)
    rollout = torch.zeros(len(answers), longest_answer)
    for row, (prompt, answer) in enumerate(zip(prompts, answers, strict=True)):
        first, last = longest_prompt - len(prompt.tokens), longest_prompt + len(answer.tokens)
        tokens[row, first:last] = torch.tensor(prompt.tokens + answer.tokens)
        attention[row, first:last] = 1
        mask[row, : len(answer.tokens)] = 1
        rollout[row, : len(answer.tokens)] = torch.tensor(answer.log_probs)
    return {"input_ids": tokens, "attention_mask": attention, "mask": mask, "rollout": rollout}


def rows(batch: Batch, start: int, stop: int) -> Batch:
    """Some samples of a batch."""
    return {name: values[start:stop] for name, values in batch.items()}


def trimmed(batch: Batch) -> Batch:
    """The batch without the columns in front that are padding in every sample."""
    empty = int(batch["attention_mask"].any(0).int().argmax())
    return batch | {name: batch[name][:, empty:] for name in ("input_ids", "attention_mask")}


def pick(batch: Batch, order: Tensor) -> Batch:
    """The samples of a batch in another order."""
    return {name: values[order] for name, values in batch.items()}


def split(batch: Batch, parts: int) -> list[Batch]:
    """As many equal parts, in order; raises ValueError where the samples do not divide."""
    count = len(batch["mask"])
    size, left = divmod(count, parts)
    if left:
        raise ValueError(f"{count} samples for {parts} ranks")
    return [rows(batch, start, start + size) for start in range(0, count, size)]
