"""One unknown thing does not end a rule: what is found at another worker, reward, environment, file or tag stays."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from roll_schema.facts import releases
from roll_schema.facts.missing import FactMissing
from roll_schema.models import of_pipeline
from roll_schema.models.each import each
from roll_schema.models.validation import section_types
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.rules import FAULT_GROUPS, RULES
from roll_schema.rules.rule import Rule
from roll_schema.source.diagnostic import Diagnostic
from tests.rules.options import diagnostics, pipeline_of
from tests.support import MARK, examples, lint_text

UNSET = "${oc.env:ROLL_LINT_TEST_UNSET}"
Config = dict[str, Any]

NEEDED = {
    # What all of them have or lack.
    "idle-devices": {"critic", "reference", "validation"},
    "sleep-level-without-effect": {"critic", "reference"},
    "tag-without-teacher": {"teacher.other", "tag_included"},
    # Whether it is there at all.
    "context-too-short": {"validation"},
    "distillation-roles": {"teacher"},
    # The other side of a pair.
    "lora-rank-refused-by-vllm": {"actor_train"},
    "lora-target-missing": {"actor_infer"},
    "lora-tied-embeddings": {"actor_infer"},
    "vocabularies-differ": {"student", "teacher"},
    # The trainer's adapter, with which no reference is built, or its model, which others may take.
    "missing-key": {"actor_train"},
    "quantized-model-trained": {"actor_train"},
    "reference-for-nothing": {"actor_train"},
    "uneven-forward-batch": {"actor_train"},
}
"""Rules that cannot judge while something is unknown about other things, with these."""


def unknown_beside(config: Config, roles: list[str]) -> Iterator[tuple[str, Config]]:
    """The config with one more thing, of which something is unknown, before those that it has; and its path."""
    absent = [role for role in roles if role not in config]
    for role in absent:
        yield role, {role: UNSET, **config}
    for role in absent[:1] + absent[-1:]:
        for like in [one for one in roles if isinstance(config.get(one), dict)]:
            for one in with_unknown(config[like]):
                yield role, {role: one, **config}
    for field in ("rewards", "custom_envs", "teacher"):
        named = config.get(field)
        if not isinstance(named, dict) or not all(isinstance(one, dict) for one in named.values()):
            continue
        yield f"{field}.other", {**config, field: {"other": UNSET, **named}}
        for one in with_unknown(next(iter(named.values()), {})):
            yield f"{field}.other", {**config, field: {"other": one, **named}}
    yield from with_unknown_items(config)


def with_unknown(section: Config) -> Iterator[Config]:
    """A section with one of its values unknown at a time."""
    for key, value in section.items():
        yield {**section, key: UNSET}
        if isinstance(value, dict):
            yield from ({**section, key: one} for one in with_unknown(value))


def with_unknown_items(config: Config) -> Iterator[tuple[str, Config]]:
    """The config with one more item, which is unknown, at the head of one of its lists at a time; and the list's key."""
    changed = copy.deepcopy(config)
    for holder, key in list(lists(changed)):
        if key in ("file_name", "tag_included", "stop_strings"):
            holder[key].insert(0, UNSET)
            yield key, copy.deepcopy(changed)
            del holder[key][0]


def lists(value: Any) -> Iterator[tuple[Config, str]]:
    for key, item in value.items() if isinstance(value, dict) else ():
        if isinstance(item, list):
            yield value, key
        yield from lists(item)


def where(item: Diagnostic) -> str:
    """The path without indexes, which an item before changes."""
    return re.sub(r"\[\d+\]", "", item.path or "")


def cases(rule: Rule) -> Iterator[tuple[str, Config]]:
    """The manual's firing examples, with the line that names machines."""
    for block in examples(rule)[0]:
        text = "\n".join(MARK.sub("", line) for line in block.splitlines()) + "\n"
        yield text.partition("\n")[0] if text.startswith("#") else "#", yaml.safe_load(text)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if rule.group not in FAULT_GROUPS], ids=lambda rule: rule.name
)
def test_what_is_unknown_hides_no_finding_at_another_place(rule: Rule) -> None:
    fields = section_types(of_pipeline(pipeline_of(rule)))
    roles = [name for name, nested in fields.items() if issubclass(nested.model, WorkerConfig) and nested.alone]
    hiding = set()
    for head, config in cases(rule):
        found = {where(item) for item in said(rule, head, config)}
        for path, changed in unknown_beside(config, roles):
            elsewhere = {place for place in found if not f"{place}.".startswith(f"{path}.")}
            if not elsewhere <= {where(item) for item in said(rule, head, changed)}:
                hiding.add(path)
    assert hiding == NEEDED.get(rule.name, set())


def said(rule: Rule, head: str, config: Config) -> list[Diagnostic]:
    return diagnostics(rule, f"{head}\n{yaml.dump(config, Dumper=_Dumper, sort_keys=False)}")


class _Dumper(yaml.SafeDumper):
    """Writes each value by itself: what is found at one literal is shown once, however often that is used."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


MODEL = "/models/that/no/table/has"
TRAINERS = f"""
pretrain: {MODEL}
actor_train:
  strategy_args:
    strategy_name: megatron_train
    strategy_config:
      {{tensor_model_parallel_size: 3, pipeline_model_parallel_size: 5, expert_model_parallel_size: 3}}
rewards:
  judge:
    model_args: {{model_name_or_path: Qwen/Qwen3-30B-A3B}}
    strategy_args:
      strategy_name: megatron_infer
      strategy_config:
        {{tensor_model_parallel_size: 3, pipeline_model_parallel_size: 5, expert_model_parallel_size: 3}}
"""


@pytest.mark.parametrize("name", ["uneven-heads", "uneven-layers", "uneven-experts"])
def test_a_model_that_is_not_known_hides_no_finding_at_another(name: str) -> None:
    result = lint_text(TRAINERS)
    assert [item.path for item in result.diagnostics if item.rule == name and (item.path or "").startswith("rewards")]
    assert result.skipped.count((name, "model")) == 1


def test_every_missing_fact_of_a_rule_is_counted() -> None:
    def judge(name: str, facts: list[str]) -> Iterator[str]:
        yield name
        raise FactMissing(*facts)

    found = each({"a": ["gpu"], "b": ["model", "gpu"]}.items(), judge)
    assert [next(found), next(found)] == ["a", "b"]
    with pytest.raises(FactMissing) as raised:
        next(found)
    assert raised.value.args == ("gpu", "model")


@pytest.mark.parametrize(
    "value", [f"'{UNSET}'", "'${nope}'", "'${}'", "null", "'???'", "{b: '${nope}'}", "['${nope}']"]
)
@pytest.mark.parametrize(
    ("rule", "text", "path"),
    [
        ("unknown-key", "actor_train: {{foo: {}}}", "actor_train.foo"),
        ("unknown-key", "sav_steps: {}", "sav_steps"),
        ("unknown-key", "rewards: {{judge: {{foo: {}}}}}", "rewards.judge.foo"),
        ("key-not-in-release", "actor_train: {{sequence_packing_args: {}}}", "actor_train.sequence_packing_args"),
        ("misplaced-section", "rewards: {{judge: {{}}, model_args: {}}}", "rewards.model_args"),
        ("wrong-type", "rewards: {{1: {}}}", "rewards.1"),
        ("unknown-strategy-key", "actor_train: {{strategy_args: {{strategy_name: megatron_train, strategy_config: "
         "{{sequence_paralel: {}}}}}}}", "actor_train.strategy_args.strategy_config.sequence_paralel"),
    ],
)  # fmt: skip
def test_a_key_is_judged_whatever_its_value(rule: str, text: str, path: str, value: str) -> None:
    found = lint_text(text.format(value) + "\n", release="0.1.3").diagnostics
    assert path in {item.path for item in found if item.rule == rule}


def test_what_is_unknown_is_no_value() -> None:
    """Nothing is said of the type or the text of what is not known."""
    text = f"""
    system_envs: {{A: '{UNSET}'}}
    actor_train:
      data_args: {{file_name: [a.jsonl, '{UNSET}'], domain_interleave_probs: {{math: '{UNSET}'}}}}
    actor_infer: {{generating_args: {{stop_strings: ['{UNSET}']}}}}
    rewards: {{math: {{tag_included: ['{UNSET}']}}, code: '{UNSET}'}}
    """
    result = lint_text(text, targets=frozenset({"run"}), compared=releases.load("0.1.0"))
    assert {item.rule for item in result.diagnostics}.isdisjoint(
        ("wrong-type", "non-string-environment-variable", "invalid-choice")
    )
    assert not [item.message for item in result.diagnostics if "unknown>" in item.message]
