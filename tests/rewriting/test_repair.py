"""Fixes on whole configs: what they restore, and that they leave everything else as it was."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from roll_schema.composition import compose
from roll_schema.engine import request
from roll_schema.engine.linting import lint as lint_source
from roll_schema.engine.options import Options
from roll_schema.engine.result import Result
from roll_schema.rewriting.repair import Repair, _tried, repair
from roll_schema.source import tree
from roll_schema.source.diagnostic import Severity
from roll_schema.source.text import Source
from tests.conftest import EXAMPLES, json_lines
from tests.support import plain

RELEASES = ("0.1.3", "0.2.1", "0.3.0")
HEAD = "rollout_batch_size: 64\nnum_return_sequences_in_group: 8\nprompt_length: 64\nrewards: {math_rule: {tag_included: [a]}}\n"


def repaired(text: str, *, unsafe: bool = False) -> str:
    return repair(Path("c.yaml"), Source("c.yaml", text), Options(release="0.2.1"), unsafe=unsafe).text


@pytest.mark.parametrize(
    ("broken", "fixed"),
    [
        ("save_step: 10 # often\n", "save_steps: 10 # often\n"),
        ('save_steps: "10"\n', "save_steps: 10\n"),
        ("rollout_batch_sizes: 1,024\n", None),
        ("adv_estimator: GRPO\n", "adv_estimator: grpo\n"),
        (
            "actor_train:\n  model_args:\n    lora_target: q_proj\n    lora_rank: 16\n",
            "actor_train:\n  model_args:\n    lora_alpha: 32\n    lora_target: q_proj\n    lora_rank: 16\n",
        ),
        ("track_with: tensorbord # t\n", "track_with: tensorboard # t\n"),
        (
            "actor_infer:\n  strategy_args:\n    strategy_name: megatron_train\n"
            "    strategy_config: {tensor_model_parallel_sizes: 2}\n",
            "actor_infer:\n  strategy_args:\n    strategy_name: megatron_train\n"
            "    strategy_config: {tensor_model_parallel_size: 2}\n",
        ),
        ("exp_name: 7\n", 'exp_name: "7"\n'),
        ("whiten_advantages: enabled\n", "whiten_advantages: true\n"),
        ("actor_train:\n  device_mapping: [0, 1]\n", 'actor_train:\n  device_mapping: "[0, 1]"\n'),
        (
            "actor_infer:\n  model_args:\n    lora_target: [q_proj, v_proj]\n",
            "actor_infer:\n  model_args:\n    lora_target: q_proj,v_proj\n",
        ),
        (
            "actor_train:\n  training_args: {lr: 1.0e-5}\n",
            "actor_train:\n  training_args: {learning_rate: 1.0e-5}\n",
        ),
        (
            "actor_train:\n  learning_rate: 1.0e-5\n  training_args:\n    weight_decay: 0\n",
            "actor_train:\n  training_args:\n    learning_rate: 1.0e-5\n    weight_decay: 0\n",
        ),
        (
            "warm: 8\nactor_train:\n  training_args: {warmup_steps: '${wram}'}\n",
            "warm: 8\nactor_train:\n  training_args: {warmup_steps: '${warm}'}\n",
        ),
    ],
)
def test_fixes(broken: str, fixed: str | None) -> None:
    assert repaired(HEAD + broken) == HEAD + (fixed or broken)
    assert repaired((HEAD + broken).replace("\n", "\r\n")) == (HEAD + (fixed or broken)).replace("\n", "\r\n")


def test_zero3_without_gathering() -> None:
    worker = "actor_train:\n  strategy_args:\n    strategy_name: deepspeed_train\n    strategy_config:\n"
    stage = "      zero_optimization:\n        stage: 3\n"
    added = "        stage3_gather_16bit_weights_on_model_save: true\n"
    assert added in repaired(HEAD + worker + stage)


def test_what_a_person_should_look_at() -> None:
    config = HEAD + "actor_train:\n  model_args:\n    gradient_checkpointing: true\n"
    assert repaired(config) == config
    assert "disable_gradient_checkpointing: true" in repaired(config, unsafe=True)


def test_fragments_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("# @package _global_\nadv_estimator: GRPO\n")
    config = tmp_path / "c.yaml"
    config.write_text("defaults: [part, _self_]\n" + HEAD)
    source = Source(str(config), config.read_text())
    made = repair(config, source, request.with_project(config, Options(release="0.2.1")), unsafe=True)
    assert made.text == source.text
    assert [item.span.source.name for item in made.result.diagnostics if item.rule == "invalid-choice"] == [
        str(tmp_path / "part.yaml")
    ]


def mutants(shared: Path) -> list[tuple[str, dict[str, Any]]]:
    rows = [(name, row) for name in RELEASES for row in json_lines(shared / "mutants" / f"{name}.jsonl")]
    assert rows
    return rows


@cache
def base(shared: Path, release: str, name: str) -> tuple[Path, str]:
    path = shared / "corpus" / release / name
    return path, path.read_text(encoding="utf-8")


def fixed(release: str, path: Path, text: str) -> Repair:
    return repair(path, Source(str(path), text), options(release, path))


@cache
def options(release: str, path: Path) -> Options:
    return request.with_project(path, Options(release=release))


def composed(path: Path, text: str) -> Any:
    source = Source(str(path), text)
    root, _ = tree.parse(source)
    return None if root is None else plain(compose.compose(path, source, root, []).root)


def errors(result: Result) -> set[tuple[str, str | None]]:
    return {(item.rule, item.path) for item in result.diagnostics if item.severity is Severity.ERROR}


def test_fixes_restore_what_was_meant(shared: Path) -> None:
    """By kind of mistake, the share of configs that are afterwards as the original is after its own fixes."""
    restored, tried = Counter[str](), Counter[str]()
    for release, row in mutants(shared):
        path, original = base(shared, release, row["base_path"])
        kind = row["kind"]
        if kind == "bad_literal" and not _resembles(original, row):
            continue
        if kind in ("typo_key", "move_up", "bad_literal", "type_quoted_number"):
            tried[kind] += 1
            wanted = composed(path, fixed(release, path, original).text)
            restored[kind] += composed(path, fixed(release, path, row["yaml"]).text) == wanted
    assert set(tried) == {"typo_key", "move_up", "bad_literal", "type_quoted_number"}
    for kind, count in tried.items():
        assert restored[kind] >= 0.8 * count, (kind, restored[kind], count)


def _resembles(original: str, row: dict[str, Any]) -> bool:
    """Whether a wrong choice is a near miss of the right one."""
    now, before = (
        text.split("\n")[row["line"] - 1].partition(":")[2].strip("\" '") for text in (row["yaml"], original)
    )
    return bool(now) and before.lower() in now.lower()


@pytest.mark.parametrize("part", range(8))
def test_fixes_do_no_harm(shared: Path, part: int) -> None:
    """On every config and mutant: no new error, all comments kept, line ends as they were, nothing left to do."""
    configs = [(release, *base(shared, release, row["base_path"])) for release, row in mutants(shared)]
    configs += [(release, base(shared, release, row["base_path"])[0], row["yaml"]) for release, row in mutants(shared)]
    made = 0
    for release, path, text in [*dict.fromkeys(configs)][part::8]:
        before = lint_source(path, Source(str(path), text), options(release, path))
        after = fixed(release, path, text)
        assert errors(after.result) <= errors(before)
        assert after.text.count("#") == text.count("#")
        assert after.text.count("\r") == text.count("\r")
        assert len(after.text.splitlines()) == len(text.splitlines())
        made += len(after.done)
        if after.text != text:
            assert fixed(release, path, after.text).text == after.text
        else:
            assert not after.done
    assert made > 20


def test_what_cannot_be_read_is_harm_whatever_rules_are_selected() -> None:
    source = Source("c.yaml", f'{HEAD}save_steps: "10"\n')
    given = Options(release="0.2.1", select=frozenset({"wrong-type"}))
    before = lint_source(Path("c.yaml"), source, given)
    [item] = before.diagnostics
    [edit] = item.edits
    for text, kept in (("10", True), ("[10", False)):
        proposed = item._replace(edits=(edit._replace(text=text),))
        assert (_tried(Path("c.yaml"), source, given, before, [proposed]) is not None) is kept


class Mistakes(RuleBasedStateMachine):
    """Somebody makes mistakes in a config, comments it, saves it on Windows, and has it fixed now and then."""

    @initialize(name=st.sampled_from(["lora_one_gpu.yaml", "lora_zero3.yaml"]))
    def open(self, name: str) -> None:
        self.path = EXAMPLES / "ok" / name
        self.lines = self.path.read_text(encoding="utf-8").splitlines()
        self.end = "\n"
        self.comments = 0

    @property
    def text(self) -> str:
        return "".join(line + self.end for line in self.lines)

    def pick(self, data: st.DataObject, pattern: str) -> tuple[int, re.Match[str]]:
        found = [(at, match) for at, line in enumerate(self.lines) if (match := re.search(pattern, line))]
        assume(found)
        return data.draw(st.sampled_from(found))

    @rule(data=st.data(), letter=st.sampled_from("aesx"))
    def misspell(self, data: st.DataObject, letter: str) -> None:
        at, key = self.pick(data, r"(?<![\w$#])[a-z]\w{4,}(?=:)")
        place = data.draw(st.integers(key.start() + 1, key.end()))
        dropped = data.draw(st.integers(0, 1)) if place < key.end() else 0
        self.lines[at] = self.lines[at][:place] + letter + self.lines[at][place + dropped :]

    @rule(data=st.data())
    def quote(self, data: st.DataObject) -> None:
        at, value = self.pick(data, r"(?<=: )([\d.]+|true|false)(?=$| #)")
        self.lines[at] = f'{self.lines[at][: value.start()]}"{value[0]}"{self.lines[at][value.end() :]}'

    @rule(data=st.data())
    def capitalize(self, data: st.DataObject) -> None:
        at, value = self.pick(data, r"(?<=: )[a-z_0-9]+(?=$| #)")
        self.lines[at] = self.lines[at][: value.start()] + value[0].upper() + self.lines[at][value.end() :]

    @rule(data=st.data(), deeper=st.booleans())
    def move(self, data: st.DataObject, deeper: bool) -> None:
        at, _ = self.pick(data, r"^  +\w+: \S")
        self.lines[at] = f"  {self.lines[at]}" if deeper else self.lines[at][2:]

    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        at, _ = self.pick(data, r"^  +\w+: \S")
        del self.lines[at]

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        at, _ = self.pick(data, r"^ *\w+: \S")
        self.lines.insert(data.draw(st.integers(0, len(self.lines))), self.lines[at])

    @rule(data=st.data())
    def comment(self, data: st.DataObject) -> None:
        at, _ = self.pick(data, r"^[^#|>]*$")
        self.comments += 1
        self.lines[at] += f"  # note {self.comments}"

    @rule()
    def save_elsewhere(self) -> None:
        self.end = "\r\n" if self.end == "\n" else "\n"

    @rule(unsafe=st.booleans())
    def fix(self, unsafe: bool) -> None:
        source, given = Source(str(self.path), self.text), options("0.2.1", self.path)
        before = lint_source(self.path, source, given)
        made = repair(self.path, source, given, unsafe=unsafe)
        assert errors(made.result) <= errors(before)
        assert repair(self.path, Source(source.name, made.text), given, unsafe=unsafe).text == made.text
        assert re.findall("# .*", made.text) == re.findall("# .*", source.text)
        assert set(re.findall("\r?\n", made.text)) == {self.end}
        assert bool(made.done) == (made.text != source.text)
        self.changes_are_told(made)
        self.lines = made.text.split(self.end)[:-1]

    def changes_are_told(self, made: Repair) -> None:
        """Each value that is another afterwards lies at, or below, a key that an edit names."""
        told = {word for item in made.done for edit in item.edits for word in re.findall(r"\w+", edit.text)}
        told |= {word for item in made.done for word in re.findall(r"\w+", item.path or "")}
        now, then = (leaves(composed(self.path, text)) for text in (made.text, self.text))
        for place in {place for place, _ in set(now.items()) ^ set(then.items())}:
            assert told & set(place.split(".")), place


def leaves(value: Any, place: str = "") -> dict[str, str]:
    """The values of a config by their paths, as texts."""
    if not isinstance(value, dict):
        return {place: repr(value)}
    return {key: text for name, below in value.items() for key, text in leaves(below, f"{place}.{name}").items()}


Mistakes.TestCase.settings = settings(max_examples=30, stateful_step_count=15)
TestMistakes = Mistakes.TestCase
