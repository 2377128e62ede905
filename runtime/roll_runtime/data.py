"""Rows of JSON Lines to prompts in tokens, by domain; and which prompts each step takes.

The order is a function of seed, domain and epoch alone, so that a position is one number per domain and a resumed run
goes on with the very row that would have come next.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from roll_runtime.errors import DataProblem
from roll_schema.planning import workers

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from roll_schema.models.data_args import DataArguments
    from roll_schema.models.rlvr_config import RLVRConfig

SHORTEST = 6
"""Prompts of fewer tokens are dropped, as ROLL drops them."""

_FALLBACK_DOMAIN = "math_rule"
"""Where ROLL sends rows whose tag no reward lists."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question: its row, the text given to the model, and that text in tokens."""

    domain: str
    row: Row
    text: str
    tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DataSet:
    """The prompts of each domain, and how many rows were left out for their length."""

    prompts: dict[str, tuple[Prompt, ...]]
    too_long: int
    too_short: int

    @property
    def size(self) -> int:
        return sum(map(len, self.prompts.values()))


def read(
    arguments: DataArguments,
    config: RLVRConfig,
    tokenizer: PreTrainedTokenizerBase,
    template: str,
) -> DataSet:
    """Read the files of a `data_args`; raises DataProblem where one is unreadable or a row is not usable."""
    domains = domain_of_tag(config)
    render = renderer(template, tokenizer)
    prompts: dict[str, list[Prompt]] = {}
    too_long = too_short = 0
    for place, row in _rows(_files(arguments)):
        text = _text(row, arguments, render, place)
        tokens = tuple(tokenizer(text, add_special_tokens=False)["input_ids"])
        if len(tokens) > (config.prompt_length or 0):
            too_long += 1
        elif len(tokens) < SHORTEST:
            too_short += 1
        else:
            tag = row.get(arguments.tag or "tag", "")
            domain = domains.get(tag, _FALLBACK_DOMAIN)
            if domain not in (config.rewards or {}):
                raise DataProblem(f"{place}: tag {tag!r} is in no `tag_included`, and no reward is `{domain}`")
            prompts.setdefault(domain, []).append(Prompt(domain, row, text, tokens))
    return DataSet({domain: tuple(found) for domain, found in prompts.items()}, too_long, too_short)


def domain_of_tag(config: RLVRConfig) -> dict[str, str]:
    """The domain of each tag; one that two rewards list belongs to the last, as in ROLL."""
    rewards = config.rewards or {}
    return {tag: domain for domain, reward in rewards.items() for tag in reward.tag_included or [domain]}


@dataclass(slots=True)
class Sampler:
    """Takes each step's prompts; `taken` counts those already used of each domain, and is all its state."""

    prompts: dict[str, tuple[Prompt, ...]]
    shares: dict[str, float]
    seed: int
    taken: dict[str, int]

    def take(self, count: int) -> list[Prompt]:
        """The next prompts: each domain's share rounded down, the last one what is left, as in ROLL."""
        chosen: list[Prompt] = []
        for domain, number in workers.prompts_per_domain(self.shares, count).items():
            rows = self.prompts[domain]
            start = self.taken.get(domain, 0)
            order = _Order(len(rows), f"{self.seed}/{domain}")
            chosen.extend(rows[order.at(position)] for position in range(start, start + number))
            self.taken[domain] = start + number
        return chosen


class _Order:
    """A shuffled order without end: each epoch is a permutation of its own."""

    def __init__(self, size: int, seed: str) -> None:
        self.size, self.seed = size, seed
        self.epoch, self.permutation = -1, list(range(size))

    def at(self, position: int) -> int:
        epoch, place = divmod(position, self.size)
        if epoch != self.epoch:
            self.epoch, self.permutation = epoch, list(range(self.size))
            random.Random(f"{self.seed}/{epoch}").shuffle(self.permutation)
        return self.permutation[place]


def demand_rows(data: DataSet, shares: dict[str, float]) -> None:
    """Raise DataProblem where a domain that is to be trained on has no rows."""
    for domain in shares:
        if not data.prompts.get(domain):
            left_out = "" if data.size else "; the files hold none"
            if data.too_long:
                left_out = f"; {data.too_long} rows were longer than `prompt_length`"
            raise DataProblem(f"no row is left for the domain `{domain}` of `domain_interleave_probs`{left_out}")


def renderer(template: str, tokenizer: PreTrainedTokenizerBase) -> Callable[[list[dict[str, str]]], str]:
    """What makes a prompt of messages; raises DataProblem where the tokenizer has no chat template of its own."""
    if template == "empty":
        return lambda messages: messages[-1]["content"]
    if template == "chatml":
        return _chatml
    if not tokenizer.chat_template:
        raise DataProblem(f"template `{template}` is the tokenizer's own, and {tokenizer.name_or_path} has none")
    return lambda messages: tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)


def _chatml(messages: list[dict[str, str]]) -> str:
    turns = (f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n" for message in messages)
    return "".join(turns) + "<|im_start|>assistant\n"


def _files(arguments: DataArguments) -> list[Path]:
    names = arguments.file_name or []
    return [Path(name) for name in ([names] if isinstance(names, str) else names)]


def _rows(files: list[Path]) -> Iterator[tuple[str, Row]]:
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DataProblem(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None
        for place, row in _values(file, text):
            if not isinstance(row, dict):
                raise DataProblem(f"{place}: a row must be a mapping, not {type(row).__name__}")
            yield place, row


def _values(file: Path, text: str) -> Iterator[tuple[str, Any]]:
    """What a file holds, one list or a value per line, with the place of each."""
    if file.suffix == ".json" and text.lstrip().startswith("["):
        yield from ((f"{file}, row {number}", row) for number, row in enumerate(_parsed(text, str(file)), 1))
        return
    # `splitlines` would part a row at a U+2028 inside of a string.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"{file}:{number}"
            yield place, _parsed(line, place)


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise DataProblem(f"{place}: this is no JSON: {error}") from None


def _text(row: Row, arguments: DataArguments, render: Callable[[list[dict[str, str]]], str], place: str) -> str:
    if arguments.prompt:
        text = row.get(arguments.prompt)
        if not isinstance(text, str):
            raise DataProblem(f"{place}: column `{arguments.prompt}` must hold the prompt's text")
        return text
    column = arguments.messages or "messages"
    messages = row.get(column)
    if isinstance(messages, str):
        with suppress(ValueError):
            messages = json.loads(messages)
    if not _is_conversation(messages):
        raise DataProblem(f"{place}: column `{column}` must be a list of messages with `role` and `content`")
    return render(messages)


def _is_conversation(messages: Any) -> TypeGuard[list[dict[str, str]]]:
    turns = messages if isinstance(messages, list) else []
    return bool(turns) and all(isinstance(turn, dict) and {"role", "content"} <= turn.keys() for turn in turns)
