"""Rows to prompts, domains, and the order in which steps take them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roll_runtime import data
from roll_runtime.data import Prompt, Sampler
from roll_runtime.errors import DataProblem


class Characters:
    """A tokenizer of single characters."""

    chat_template = "there is one"
    name_or_path = "characters"

    def __call__(self, text: str, add_special_tokens: bool) -> dict[str, list[int]]:
        return {"input_ids": [ord(character) for character in text]}

    def apply_chat_template(self, messages: Any, add_generation_prompt: bool, tokenize: bool) -> str:
        return "|".join(message["content"] for message in messages) + ">" * add_generation_prompt


def config(**tags: list[str]) -> Any:
    rewards = {domain: SimpleNamespace(tag_included=names) for domain, names in tags.items()}
    return SimpleNamespace(rewards=rewards, prompt_length=20)


def read(tmp_path: Path, *rows: Any, template: str = "native", **columns: Any) -> data.DataSet:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    arguments = SimpleNamespace(**{"file_name": [str(path)], "messages": None, "prompt": None, "tag": "tag", **columns})
    tags = config(math=["m"], code=["c", "d"])
    return data.read(arguments, tags, Characters(), template)  # type: ignore[arg-type]


def said(text: str, tag: str = "m") -> dict[str, Any]:
    return {"tag": tag, "messages": [{"role": "user", "content": text}]}


def test_rows_go_to_the_domain_of_their_tag(tmp_path: Path) -> None:
    found = read(tmp_path, said("one plus one"), said("print it", "d"), said("two plus two"))
    assert {domain: len(rows) for domain, rows in found.prompts.items()} == {"math": 2, "code": 1}
    assert found.prompts["code"][0].text == "print it>"
    assert found.prompts["code"][0].tokens == tuple(map(ord, "print it>"))


def test_what_is_too_long_or_too_short_is_counted(tmp_path: Path) -> None:
    found = read(tmp_path, said("x" * 20), said("x" * 19), said("1+1"), said("12345"))
    assert (found.too_long, found.too_short, found.size) == (1, 1, 2)


def test_messages_may_be_written_as_json(tmp_path: Path) -> None:
    assert list(read(tmp_path, {"kind": "m", "q": "as it is"}, prompt="q", tag="kind").prompts) == ["math"]
    row = {"tag": "m", "talk": json.dumps([{"role": "user", "content": "one plus one"}])}
    assert read(tmp_path, row, messages="talk").prompts["math"][0].text == "one plus one>"


def test_prompts_may_be_whole(tmp_path: Path) -> None:
    assert read(tmp_path, {"tag": "m", "q": "as it is"}, prompt="q").prompts["math"][0].text == "as it is"


def test_a_row_ends_where_its_line_does(tmp_path: Path) -> None:
    row = json.dumps(said("one\u2028two\x85three"), ensure_ascii=False)
    assert read(tmp_path, row, said("four")).prompts["math"][0].text == "one\u2028two\x85three>"


def test_templates(tmp_path: Path) -> None:
    chatml = read(tmp_path, said("x" * 3), template="empty").too_short
    assert chatml == 1
    rendered = data.renderer("chatml", Characters())([{"role": "user", "content": "hi"}])  # type: ignore[arg-type]
    assert rendered == "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", r"rows.jsonl:2: this is no JSON"),
        ("[1]", r"rows.jsonl:2: a row must be a mapping, not list"),
        ('{"tag": "m"}', r"rows.jsonl:2: column `messages` must be a list of messages"),
        ('{"tag": "m", "messages": [{"role": "user"}]}', r"column `messages` must be a list of messages"),
        (json.dumps(said("one plus one", "other")), r"rows.jsonl:2: tag 'other' is in no `tag_included`"),
    ],
)
def test_rows_that_are_not_usable_are_named(row: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataProblem, match=message):
        read(tmp_path, said("one plus one"), row)


def test_domains_without_rows() -> None:
    with pytest.raises(DataProblem, match=r"no row is left for the domain `code`.*3 rows were longer"):
        data.demand_rows(data.DataSet({"math": ()}, too_long=3, too_short=0), {"code": 1.0})


def sampler(sizes: dict[str, int], shares: dict[str, float], taken: dict[str, int] | None = None) -> Sampler:
    prompts = {
        domain: tuple(Prompt(domain, {"id": at}, "", ()) for at in range(size)) for domain, size in sizes.items()
    }
    return Sampler(prompts, shares, 1, dict(taken or {}))


def ids(prompts: list[Prompt]) -> list[tuple[str, int]]:
    return [(prompt.domain, prompt.row["id"]) for prompt in prompts]


def test_shares_are_rounded_down_and_the_last_domain_takes_the_rest() -> None:
    taken = sampler({"a": 50, "b": 50, "c": 50}, {"a": 0.5, "b": 0.25, "c": 0.25}).take(10)
    assert Counter(prompt.domain for prompt in taken) == {"a": 5, "b": 2, "c": 3}


@given(st.integers(1, 12), st.integers(1, 30), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_a_resumed_order_goes_on_where_it_was(size: int, count: int, before: int) -> None:
    whole = sampler({"a": size}, {"a": 1.0})
    steps = [ids(whole.take(count)) for _ in range(before + 3)]
    first = sampler({"a": size}, {"a": 1.0})
    for _ in range(before):
        first.take(count)
    resumed = sampler({"a": size}, {"a": 1.0}, first.taken)
    assert [ids(resumed.take(count)) for _ in range(3)] == steps[before:]


def test_an_epoch_has_every_row_once_and_its_own_order() -> None:
    rows = sampler({"a": 10}, {"a": 1.0})
    first, second = ids(rows.take(10)), ids(rows.take(10))
    assert sorted(first) == sorted(second) == [("a", at) for at in range(10)]
    assert first != second
