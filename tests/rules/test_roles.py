"""In pure on-policy distillation the student's sections are the actors: rules say of them what they say of those."""

from __future__ import annotations

import re
from typing import Any

import pytest

from roll_schema.facts import releases
from roll_schema.rules import OPTIONAL_GROUPS, RULES
from roll_schema.rules.rule import Rule
from roll_schema.source.diagnostic import Diagnostic
from tests.rules.options import in_text, parse, pipeline_of
from tests.support import MARK, examples, lint_text

ACTOR = re.compile(r"\bactor_(train|infer)\b")
DISCARDED = {
    "actor_train": "{device_mapping: [0, 0], model_args: {lora_rank: 3, lora_r: 5}}",
    "actor_infer": "{device_mapping: [7, 9], generating_arg: {}}",
    "reference": "{device_mapping: [0, 0], infer_batch_size: '1'}",
}
"""Sections with mistakes that would be found if ROLL read them."""

ABOUT_DISTILLATION = {
    "discarded-section",
    "distillation-roles",
    "feature-not-covered",  # knows no `is_pure_opd`
    "idle-reference",  # there is none
    "missing-key",  # neither critic nor reference
    "reference-missing-with-lora",
    "rewritten-value",  # the estimator
}
"""Rules that say something else in pure distillation."""

Said = tuple[Any, ...]


def holds(rule: Rule) -> list[str]:
    """The releases with pure distillation that a rule holds for."""
    return [name for name in ("0.2.1", "0.3.0") if releases.load(name).matches(rule.releases)]


CASES = {
    f"{rule.name} {number}": (rule, MARK.sub("", text))
    for rule in RULES.values()
    if holds(rule) and pipeline_of(rule).startswith(("rlvr", "agentic"))
    for number, text in enumerate(text for texts in examples(rule) for text in texts)
    if ACTOR.search(text)
}


def of_student(text: str) -> str:
    return ACTOR.sub(r"student_\1", text)


def said(rule: Rule, text: str) -> list[Diagnostic]:
    """All that is found in an example."""
    options = parse({"release": holds(rule)[0], "pipeline": pipeline_of(rule), **in_text(text)})
    return lint_text(text, **options._replace(targets=frozenset(OPTIONAL_GROUPS))._asdict()).diagnostics


def words(item: Diagnostic) -> list[str]:
    """All that a person reads of a finding."""
    notes, edits = (note.message for note in item.notes), (edit.text for edit in item.edits)
    return [item.message, item.help, item.path or "", *notes, *edits]


def places(item: Diagnostic) -> list[tuple[int, str]]:
    """All that a finding shows of a config."""
    spans = (item.span, *(note.span for note in item.notes), *(edit.span for edit in item.edits))
    return [(span.first.line, span.text) for span in spans]


@pytest.mark.parametrize("case", CASES)
def test_rules_say_of_the_student_what_they_say_of_the_actors(case: str) -> None:
    rule, text = CASES[case]
    pure = f"{of_student(text)}is_pure_opd: true\n"
    of_pure = said(rule, pure)
    assert not [item for item in of_pure if any(ACTOR.search(word) for word in words(item))]
    if rule.name not in ABOUT_DISTILLATION:
        usual = [
            ([of_student(word) for word in words(item)], [(line, of_student(shown)) for line, shown in places(item)])
            for item in said(rule, text)
            if item.rule == rule.name
        ]
        assert [(words(item), places(item)) for item in of_pure if item.rule == rule.name] == usual
    discarded = "".join(f"{name}: {value}\n" for name, value in DISCARDED.items() if f"\n{name}:" not in f"\n{pure}")
    of_both = [item for item in said(rule, pure + discarded) if item.rule != "discarded-section"]
    assert [(words(item), places(item)) for item in of_both] == [
        (words(item), places(item)) for item in of_pure if item.rule != "discarded-section"
    ]


def edits_of(text: str) -> list[tuple[str, int, str, bool]]:
    """The edits on a config of pure distillation, by rule."""
    found = lint_text(text, release="0.3.0", pipeline="onpolicy_distill").diagnostics
    return [(item.rule, edit.span.first.line, edit.text, edit.safe) for item in found for edit in item.edits]


def test_fixes_go_to_the_students_sections() -> None:
    section = "%s:\n  training_args:\n    learning_rate: '1e-6'\n    warmup_step: 3\n"
    fixes = [("wrong-type", 3, "1e-6", True), ("unknown-key", 4, "warmup_steps", True)]
    assert edits_of(section % "student_train") == fixes
    assert edits_of(section % "student_train" + section % "actor_train") == fixes
    assert edits_of(section % "actor_train") == []


def test_keys_are_moved_within_the_students_sections() -> None:
    text = "student_train:\n  lora_rank: 8\n  model_args:\n    dtype: bf16\n"
    moved = [("unknown-key", 2, "", True), ("unknown-key", 4, "    lora_rank: 8\n", True)]
    assert edits_of(text) == moved
    assert edits_of(text + "actor_train: {model_args: {dtype: bf16}}\n") == moved


def test_no_key_is_renamed_to_a_section_that_is_discarded() -> None:
    assert edits_of("actor_trian:\n  lora_rank: 8\nreferense: {}\n") == []
    assert edits_of("studnet_train:\n  dtype: bf16\n") == [("unknown-key", 1, "student_train", True)]
