from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from roll_schema import models
from roll_schema.export.descriptions import documentation
from roll_schema.facts import releases, types
from roll_schema.models.section import Section, Unresolved
from roll_schema.models.validation import facts_of, section_types, sections
from roll_schema.rules import CLAIMING_GROUPS, RULES
from tests.support import lint_text, places

ALL = [releases.load(name) for name in releases.NAMES]
BUILT_BY_HAND = {"AlfredEnvConfig", "BanditEnvConfig", "BaseEnvConfig", "CountdownEnvConfig", "FrozenLakeEnvConfig"} | {
    "MetaMathQAEnvConfig", "SokobanEnvConfig", "StaticEnvConfig", "WebShopEnvConfig", "BaseConfig", "PPOConfig",
    "ScheduleConfig", "LoraArguments",
}  # fmt: skip
"""Classes of ROLL that no section of a config is read into: bases of others, and environments of 0.1.0."""


def all_sections() -> list[type[Section]]:
    found: list[type[Section]] = []
    pending = [models.of_pipeline(pipeline) for pipeline in models.PIPELINES]
    while pending:
        model = pending.pop()
        if model not in found:
            found.append(model)
            pending.extend(nested.model for nested in section_types(model).values())
    return found


@pytest.mark.parametrize("model", all_sections(), ids=lambda model: model.__name__)
def test_models_are_the_union_of_the_releases(model: type[Section]) -> None:
    documents = documentation(model)
    hints = get_type_hints(model)
    facts = [facts_of(model, release) for release in ALL]
    known_fields = set().union(*facts)
    inherited = {name for parent in model.__mro__[1:] for name in getattr(parent, "model_fields", ())}
    assert known_fields <= set(model.model_fields)
    assert set(model.model_fields) - inherited <= known_fields
    for name, hint in hints.items():
        if name not in model.model_fields:
            continue
        known = [fields[name] for fields in facts if name in fields]
        if not known:
            continue  # inherited from a class whose other heirs had it
        assert len(documents[name]) > 20, f"{model.__name__}.{name} says nothing"
        members = get_args(hint) if get_origin(hint) not in (list, dict) else ()
        choices = {c for m in (hint, *members) if get_origin(m) is Literal for c in get_args(m)}
        assert choices >= {choice for fact in known for choice in fact.get("choices", []) if choice is not None}, name
        nullable = {types.parse(fact["type"]).nullable or None in fact.get("choices", []) for fact in known}
        assert nullable == {type(None) in members}, name


def test_every_class_of_a_release_has_a_model() -> None:
    names = {model.release_class or model.__name__ for model in all_sections()}
    assert names == {name for release in ALL for name in release.classes} - BUILT_BY_HAND


def test_facts_are_those_that_were_gathered(shared: Path) -> None:
    for name in releases.NAMES:
        gathered = json.loads((shared / "facts" / f"roll-{name}.json").read_text(encoding="utf-8"))["classes"]
        ours = releases.load(name).classes
        assert set(ours) == set(gathered)
        for owner, fields in ours.items():
            assert {field: fact["type"] for field, fact in fields.items()} == {
                field: fact["type"] for field, fact in gathered[owner]["flat"].items()
            }


def accepted(line: str) -> bool:
    result = lint_text(f"{line}\n", release="0.1.3")
    return not [item for item in result.diagnostics if item.fails == "at load" and item.rule != "missing-key"]


ACCEPTANCE = [
    ("save_steps: 8.0", False), ("save_steps: 1e3", False), ('save_steps: "8"', False), ("save_steps: true", True),
    ("save_steps: 0x10", True), ("save_steps: 1:30", True), ("save_steps: ~", False), ("save_steps: {a: 1}", False),
    ("save_steps: .nan", False), ("save_steps: !!int '8'", True), ("max_grad_norm: 1E5", True), ("max_grad_norm: 1", True),
    ("max_grad_norm: true", True), ('max_grad_norm: "1.0"', False), ("global_template: no", False),
    ("global_template: 2024-01-01", True), ("global_template: ~", False), ("global_template: ''", True),
    ("global_template: 1e5", False), ("use_kl_loss: on", True), ("use_kl_loss: y", False), ("use_kl_loss: 1", False),
    ("pg_clip: 1", True), ("pg_clip: ~", True), ('pg_clip: "1"', False), ("kl_penalty: KL", False), ("kl_penalty: [kl]", False),
    ("kl_penalty: true", False), ("norm_mean_type: ~", True), ("norm_mean_type: foo", False),
    ("resume_from_checkpoint: true", True), ("resume_from_checkpoint: a/b", True), ("resume_from_checkpoint: 1.5", False),
    ("checkpoint_config: ~", False), ("checkpoint_config: []", False), ("checkpoint_config: {type: file_system}", False),
    ("checkpoint_config: {type: file_system, output_dir: x}", True), ("system_envs: {}", True), ("system_envs: ~", False),
    ("system_envs: {A: 1}", False), ("system_envs: {1: b}", False), ("system_envs: [a]", False), ("rewards: ~", False),
    ("rewards: {}", True), ("rewards: []", False), ("rewards: {a: ~}", False), ("rewards: {a: 1}", False),
    ("rewards: {a: {tag_included: [1]}}", False), ("rewards: {a: {tag_included: x}}", False), ("validation: []", False),
    ("critic: foo", False), ("exp_name: 12", False), ("tracker_kwargs: ~", False), ("prompt_length: ~", False),
    ("actor_train: {model_args: {dtype: ~}}", False), ("actor_train: {model_args: {lora_rank: ~}}", False),
    ("actor_train: {model_args: {lora_target: [a]}}", False), ("actor_infer: {device_mapping: 8}", False),
    ("actor_infer: {device_mapping: ~}", False), ("actor_infer: {device_mapping: true}", False),
    ("actor_infer: {device_mapping: [0, 1]}", False), ("async_generation_ratio: 0.5", False),
    ("async_generation_ratio: -1", True), ("val_prompt_length: 3", False), ("profiler_memory: true", True),
    ("{profiler_memory: true, profiler_timeline: true}", False), ("actor_train: {generating_args: {num_beams: ~}}", False),
]  # fmt: skip


@pytest.mark.parametrize(("line", "verdict"), ACCEPTANCE)
def test_accepts_exactly_what_roll_accepts(line: str, verdict: bool) -> None:
    assert accepted(line) is verdict


def test_one_error_for_a_place_and_all_in_one_run() -> None:
    text = 'save_steps: "8"\nactor_train:\n  training_args:\n    seed: x\n    learning_rate: [1]\nrewards:\n  m:\n    world_size: y\n'
    assert places(lint_text(text), "wrong-type") == [
        ("wrong-type", 1, 13), ("wrong-type", 4, 11), ("wrong-type", 5, 20), ("wrong-type", 8, 17),
    ]  # fmt: skip


def test_wrong_and_unknown_values_are_not_read() -> None:
    config: Any = lint_text("save_steps: x\nmax_steps: ${nope}\neval_steps: 5\n").config
    assert config.eval_steps == 5
    for name in ("save_steps", "max_steps"):
        with pytest.raises(Unresolved):
            getattr(config, name)


def test_defaults_are_the_releases() -> None:
    config: Any = lint_text("actor_train: {model_args: {lora_rank: 4}}\n").config
    assert (config.save_steps, config.actor_train.model_args.lora_rank) == (50, 4)
    assert (config.critic.model_args.lora_rank, config.critic.training_args.learning_rate) == (8, 5e-5)
    assert {path for path, _ in sections(config)} >= {"", "actor_train.model_args", "critic.training_args"}


def test_every_kind_of_error_has_a_rule() -> None:
    claimed = {kind for rule in RULES.values() for kind in rule.claims}
    assert {rule.group for rule in RULES.values() if rule.claims} <= set(CLAIMING_GROUPS)
    assert {"*", "literal_error", "extra_forbidden"} <= claimed


def test_a_key_that_is_no_text_is_unknown() -> None:
    result = lint_text('rewards: {}\n"a\\ud800": 1\nactor_train: {"\\udc00": 1}\nlora_rnk: 8\n')
    unknown = [item.path for item in result.diagnostics if item.rule == "unknown-key"]
    assert len(unknown) == 3
    assert result.config is not None
