"""What ROLL computes while it loads a config, release by release: the verdicts are those of its own classes, executed."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import pytest

from roll_schema.facts import releases
from roll_schema.source.diagnostic import Diagnostic, Severity
from tests.support import lint_text

ALL = ""
NEVER = "<0.1.0"

LENGTHS = {"exp_name": "x", "pretrain": "/m", "prompt_length": 16, "response_length": 16, "rollout_batch_size": 64}
GPUS = "list(range(0,8))"


def worker(strategy: str, **more: Any) -> dict[str, Any]:
    batch = {"per_device_train_batch_size": 1, "gradient_accumulation_steps": 4}
    backend = {"strategy_name": strategy, "strategy_config": {}}
    return {"training_args": batch, "strategy_args": backend, "device_mapping": GPUS, **more}


def environments() -> dict[str, Any]:
    return {"num_env_groups": 4, "group_size": 2, "tags": ["S"], "num_groups_partition": [4]}


POLICY = {
    **LENGTHS,
    "actor_train": worker("megatron_train"),
    "actor_infer": worker("vllm", generating_args={"max_new_tokens": 16}),
    "reference": worker("megatron_infer"),
}
PLAYED = {
    "max_steps": 10,
    "val_batch_size": 64,
    "custom_envs": {"S": {"env_type": "sokoban"}},
    "train_env_manager": environments(),
    "val_env_manager": environments(),
}
STUDENT = {
    **LENGTHS,
    "is_pure_opd": True,
    "student_train": worker("megatron_train"),
    "student_infer": worker("vllm", generating_args={"max_new_tokens": 16}),
    "teacher": worker("megatron_infer", model_args={"model_name_or_path": "/t"}),
}
BASES: dict[str, dict[str, Any]] = {
    "rlvr": {**POLICY, "rewards": {"m": {"tag_included": ["a"], "world_size": 4}}},
    "agentic": {**POLICY, **PLAYED},
    "dpo": {**LENGTHS, "actor_train": worker("megatron_train"), "reference": worker("megatron_infer")},
    "sft": {**LENGTHS, "sft_train": worker("megatron_train")},
    "distill": {**LENGTHS, "student": worker("megatron_train"), "teacher": worker("megatron_infer")},
    "onpolicy_distill": {**STUDENT, "rewards": {"m": {"tag_included": ["a"], "world_size": 4}}},
    "onpolicy_distill/agentic": {**STUDENT, **PLAYED, "pure_opd_pipeline_type": "agentic"},
}

DIVISIONS = [
    ("zero-gpus-per-worker", "rlvr", {"actor_train.num_gpus_per_worker": 0}, ALL),
    ("zero-gpus-per-worker", "rlvr", {"reference.num_gpus_per_worker": False}, ALL),
    ("zero-gpus-per-worker", "rlvr", {"actor_infer.num_gpus_per_worker": 0}, NEVER),
    ("uneven-workers", "rlvr", {"actor_infer.strategy_args.strategy_config.tensor_parallel_size": 1.5}, ALL),
    ("zero-gpus-per-worker", "rlvr", {"actor_infer.strategy_args.strategy_config.tensor_parallel_size": 0}, ALL),
    ("zero-gpus-per-worker", "rlvr", {"rewards.m.num_gpus_per_worker": 0}, NEVER),
    ("uneven-workers", "rlvr", {"rewards.m.num_gpus_per_worker": 3, "rewards.m.device_mapping": GPUS}, ALL),
    ("uneven-workers", "rlvr", {"reference.num_gpus_per_worker": 2, "reference.device_mapping": "[0, 1, 2]"}, NEVER),
    ("zero-gpus-per-worker", "dpo", {"actor_train.num_gpus_per_worker": 0}, ALL),
    ("zero-gpus-per-worker", "sft", {"sft_train.num_gpus_per_worker": 0}, ALL),
    ("zero-gpus-per-worker", "distill", {"student.num_gpus_per_worker": False}, ALL),
    ("zero-divisor", "rlvr", {"actor_train.training_args.per_device_train_batch_size": 0}, ">=0.1.3"),
    ("zero-divisor", "rlvr", {"actor_train.training_args.gradient_accumulation_steps": False}, ">=0.1.3"),
    ("zero-divisor", "agentic", {"actor_train.training_args.gradient_accumulation_steps": 0}, ">=0.1.3"),
    ("zero-divisor", "rlvr", {"critic.training_args.gradient_accumulation_steps": 0}, NEVER),
    ("zero-divisor", "sft", {"sft_train.training_args.gradient_accumulation_steps": 0}, NEVER),
    ("zero-divisor", "agentic", {"num_gpus_per_node": 0}, "<0.1.3"),
    ("zero-divisor", "agentic", {"train_env_manager.group_size": 0}, ALL),
    ("zero-divisor", "agentic", {"train_env_manager.group_size": False}, ALL),
    ("uneven-environment-groups", "agentic", {"train_env_manager.num_env_groups": 0}, ALL),
    ("zero-divisor", "agentic", {"val_env_manager.group_size": 0}, ALL),
    ("zero-divisor", "agentic", {"val_env_manager.group_size": 0, "val_env_manager.max_env_num_per_worker": 4, "val_batch_size": -1}, "<0.1.3"),
    ("zero-divisor", "agentic", {"val_env_manager.group_size": 0, "val_env_manager.max_env_num_per_worker": 4, "val_batch_size": 0}, ALL),
    ("zero-divisor", "agentic", {"val_env_manager.group_size": 0, "val_env_manager.max_env_num_per_worker": 1, "val_batch_size": -1}, "<0.1.3"),
    ("zero-divisor", "agentic", {"val_env_manager.group_size": 0, "val_env_manager.max_env_num_per_worker": 0, "val_batch_size": -1}, ALL),
    ("zero-divisor", "agentic", {"train_env_manager.num_env_groups": 0, "train_env_manager.num_groups_partition": [0]}, ALL),
    ("zero-divisor", "agentic", {"actor_train.training_args.gradient_accumulation_steps": 0, "adv_estimator": "gigpo"}, ">=0.1.3,<0.2.0"),
    ("zero-divisor", "rlvr", {"actor_train.model_args.ulysses_size": 16}, NEVER),
    ("zero-divisor", "agentic", {"val_env_manager.max_env_num_per_worker": 0}, NEVER),
    ("uneven-environment-batch", "agentic", {"rollout_batch_size": 1, "actor_train.device_mapping": "[0]"}, ">=0.2.0"),
    ("uneven-environment-batch", "agentic", {"rollout_batch_size": -1, "actor_train.device_mapping": "[0]"}, NEVER),
]  # fmt: skip

ASSERTIONS = [
    ("no-steps", "agentic", {"max_steps": 0}, ALL),
    ("no-steps", "agentic", {"max_steps": -1}, "<0.1.3"),
    ("no-steps", "agentic", {"max_steps": -2}, ALL),
    ("unpaired-validation-lengths", "sft", {"response_length": -16}, ALL),
    ("unpaired-validation-lengths", "sft", {"response_length": -15}, NEVER),
    ("missing-key", "sft", {"response_length": None, "sequence_length": 0}, ALL),
    ("unpaired-validation-lengths", "sft", {"sequence_length": 0}, ALL),
    ("unpaired-validation-lengths", "sft", {"val_sequence_length": 0}, ALL),
    ("unpaired-validation-lengths", "sft", {"val_prompt_length": 0}, ALL),
    ("too-few-trajectories", "agentic", {"val_env_manager.max_traj_per_env": 1, "async_generation_ratio": 1}, ALL),
    ("unsupported-sequence-packing", "rlvr", {"critic.use_sequence_packing": True}, ">=0.1.3,<0.2.0"),
    ("unsupported-sequence-packing", "agentic", {"val_env_manager.use_sequence_packing": True}, ">=0.1.3,<0.2.0"),
    ("unsupported-sequence-packing", "distill", {"teacher.use_sequence_packing": True}, NEVER),
    ("unsupported-sequence-packing", "dpo", {"reference.use_sequence_packing": True}, ">=0.1.3"),
    ("missing-key", "rlvr", {"actor_train.device_mapping": None, "actor_train.world_size": 8}, ALL),
]

MAPPINGS = [
    ("invalid-device-mapping", "rlvr", {"rewards.m.device_mapping": "[0, 1.5]"}, NEVER),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "[0, 1.5]"}, NEVER),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "{0, 1}"}, NEVER),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "[-1, 0]"}, NEVER),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "[True, False]"}, NEVER),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "[[0], [1]]"}, ALL),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "['0', '1']"}, ALL),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "{0, 'a'}"}, ALL),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "None"}, ALL),
    ("invalid-device-mapping", "rlvr", {"reference.device_mapping": "8"}, ALL),
    ("invalid-device-mapping", "rlvr", {"actor_infer.device_mapping": "[0, 1.5]"}, NEVER),
    ("zero-divisor", "rlvr", {"actor_train.device_mapping": "[]"}, ">=0.1.3"),
    ("zero-divisor", "agentic", {"actor_train.device_mapping": "[]"}, ">=0.1.3"),
    (
        "zero-divisor",
        "agentic",
        {"actor_train.device_mapping": "[]", "force_disable_old_logprobs_recompute": True},
        NEVER,
    ),
    ("zero-divisor", "agentic", {"reference.device_mapping": "()"}, NEVER),
    ("zero-divisor", "dpo", {"actor_train.device_mapping": "[]"}, NEVER),
    ("environment-devices-ignored", "agentic", {"train_env_manager.device_mapping": GPUS}, ALL),
    ("environment-devices-ignored", "agentic", {"train_env_manager.device_mapping": [0, 1]}, NEVER),
]

UNCHECKED = [
    ("wrong-type", "onpolicy_distill", {"student_train.training_args.per_device_train_batch_size": "abc"}, ALL),
    ("wrong-type", "onpolicy_distill", {"student_train.training_args.learning_rate": "abc"}, NEVER),
    ("wrong-type", "onpolicy_distill", {"critic.training_args.per_device_train_batch_size": "abc"}, NEVER),
    ("wrong-type", "onpolicy_distill", {"student_train.strategy_args.strategy_config": "foo"}, ALL),
    ("wrong-type", "onpolicy_distill", {"student_infer.strategy_args.strategy_config": "foo"}, ALL),
    ("wrong-type", "onpolicy_distill", {"student_infer.max_concurrency": "abc"}, ALL),
    ("wrong-type", "onpolicy_distill", {"student_train.max_concurrency": "abc"}, NEVER),
    ("wrong-type", "onpolicy_distill", {"student_train.num_gpus_per_worker": "abc"}, ALL),
    ("wrong-type", "onpolicy_distill", {"student_train.model_args.lora_target": 5}, ALL),
    ("wrong-type", "onpolicy_distill", {"student_train.model_args": 5}, ALL),
    ("wrong-type", "onpolicy_distill", {"student_train.data_args": 5}, NEVER),
    ("wrong-type", "onpolicy_distill", {"rewards.m.tag_included": 5}, ALL),
    ("wrong-type", "onpolicy_distill", {"teacher.tag_included": 5}, ">=0.3.0"),
    ("wrong-type", "onpolicy_distill", {"num_return_sequences_in_group": "abc"}, ALL),
    (
        "wrong-type",
        "onpolicy_distill",
        {"num_return_sequences_in_group": "abc", "force_disable_old_logprobs_recompute": True},
        NEVER,
    ),
    ("wrong-type", "onpolicy_distill", {"rollout_mock": 5}, NEVER),
    ("wrong-type", "onpolicy_distill", {"tracker_kwargs": "abc"}, ALL),
    ("wrong-type", "onpolicy_distill", {"tracker_kwargs": "abc", "track_with": "stdout"}, NEVER),
    ("wrong-type", "onpolicy_distill", {"save_steps": "abc"}, NEVER),
    ("wrong-type", "onpolicy_distill", {"sequence_length": "abc"}, ALL),
    ("wrong-type", "onpolicy_distill/agentic", {"sequence_length": "5"}, NEVER),
    ("wrong-type", "onpolicy_distill/agentic", {"train_env_manager.group_size": "abc"}, ALL),
    ("wrong-type", "onpolicy_distill/agentic", {"train_env_manager.num_gpus_per_worker": "abc"}, NEVER),
    ("wrong-type", "onpolicy_distill/agentic", {"val_batch_size": "abc"}, ALL),
    ("wrong-type", "onpolicy_distill/agentic", {"custom_envs": 5}, ALL),
]

CASES = [*DIVISIONS, *ASSERTIONS, *MAPPINGS, *UNCHECKED]


def changed(base: str, changes: dict[str, Any]) -> dict[str, Any]:
    """A base with values at dotted places; None takes the key away."""
    config = copy.deepcopy(BASES[base])
    for place, value in changes.items():
        *sections, key = place.split(".")
        section = config
        for name in sections:
            section = section.setdefault(name, {})
        if value is None:
            section.pop(key, None)
        else:
            section[key] = value
    return config


def at_load(base: str, config: dict[str, Any], release: str) -> list[Diagnostic]:
    text = json.dumps(config, indent=1)
    found = lint_text(text, release=release, pipeline=base.partition("/")[0]).diagnostics
    return [item for item in found if item.severity is Severity.ERROR and item.fails == "at load"]


@pytest.mark.parametrize("owner", ["AgenticConfig", "EnvManagerConfig", "WorkerConfig"])
def test_forks_may_lack_a_number(owner: str) -> None:
    release = releases.load("0.2.1")
    text = json.dumps({**BASES["agentic"], "custom_envs": {}}, indent=1)
    for field in release.classes[owner]:
        kept = {key: fact for key, fact in release.classes[owner].items() if key != field}
        fork = dataclasses.replace(release, classes={**release.classes, owner: kept})
        assert lint_text(text, pipeline="agentic", fork=fork).was_checked


def releases_of(base: str) -> list[str]:
    return [name for name in releases.NAMES if base.partition("/")[0] in releases.load(name).pipelines]


@pytest.mark.parametrize("base", BASES)
def test_bases_load(base: str) -> None:
    for release in releases_of(base):
        assert at_load(base, BASES[base], release) == []


@pytest.mark.parametrize(("rule", "base", "changes", "refused"), CASES, ids=lambda value: str(value)[:60])
def test_fails_at_load_where_roll_does(rule: str, base: str, changes: dict[str, Any], refused: str) -> None:
    place, value = next(iter(changes.items()))
    for release in releases_of(base):
        found = at_load(base, changed(base, changes), release)
        expected = {rule} if releases.load(release).matches(refused) else set()
        assert {item.rule for item in found} == expected, (release, found)
        assert all(item.path == place for item in found)
        if value is not None and not isinstance(value, (dict, list)):
            assert {item.span.text for item in found} <= {json.dumps(value), json.dumps(place.split(".")[-1])}


@pytest.mark.parametrize(("size", "rules"), [(8, set()), (9, {"zero-divisor"}), (16, {"zero-divisor"})])
def test_ulysses_needs_a_whole_rank(size: int, rules: set[str]) -> None:
    ulysses = {"actor_train.strategy_args.strategy_name": "fsdp2_train", "actor_train.model_args.ulysses_size": size}
    for release in ("0.2.0", "0.2.1", "0.3.0"):
        found = at_load("rlvr", changed("rlvr", ulysses), release)
        assert {item.rule for item in found} == rules
        assert all(item.path == "actor_train.model_args.ulysses_size" for item in found)


def test_later_divisions() -> None:
    """What is divided once the pipeline is built, not while its config is loaded."""
    for base, role in (("rlvr", "critic"), ("agentic", "critic"), ("sft", "sft_train"), ("distill", "student")):
        place = f"{role}.training_args.per_device_train_batch_size"
        text = json.dumps(changed(base, {place: 0}), indent=1)
        found = lint_text(text, release="0.1.3", pipeline=base).diagnostics
        assert [item.fails for item in found if item.rule == "zero-divisor" and item.path == place] == ["at start"]


@pytest.mark.parametrize(
    ("place", "mapping", "expected"),
    [
        ("actor_infer", "[0, 1.5]", (Severity.ERROR, "at worker start")),
        ("rewards.m", "[0, 1.5]", (Severity.WARNING, "silently")),
        ("reference", "[0, -1]", (Severity.ERROR, "at worker start")),
        ("reference", "{0, 1}", (Severity.ERROR, "at worker start")),
        ("reference", "[]", None),
        ("validation", "{0, 1}", None),
    ],
)
def test_devices_that_load_fail_later(place: str, mapping: str, expected: tuple[Severity, str] | None) -> None:
    text = json.dumps(changed("rlvr", {f"{place}.device_mapping": mapping}), indent=1)
    for release in releases.NAMES:
        found = lint_text(text, release=release).diagnostics
        mine = [item for item in found if item.rule == "invalid-device-mapping"]
        assert [(item.severity, item.fails) for item in mine] == ([expected] if expected else [])


@pytest.mark.parametrize("size", [{"device_mapping": "[]"}, {"device_mapping": None, "world_size": 0}])
@pytest.mark.parametrize(
    ("base", "role", "fails"),
    [
        ("rlvr", "actor_infer", "at first step"),
        ("rlvr", "rewards.m", "at first step"),
        ("sft", "sft_train", "at worker start"),
    ],
)
def test_roles_without_workers(base: str, role: str, fails: str, size: dict[str, Any]) -> None:
    config = changed(base, {f"{role}.{key}": value for key, value in size.items()})
    found = lint_text(json.dumps(config, indent=1), release="0.1.3", pipeline=base).diagnostics
    assert [item.fails for item in found if item.rule == "missing-key" and "no worker" in item.message] == [fails]


def test_no_lengths_to_take_over() -> None:
    text = json.dumps({**BASES["sft"], "prompt_length": None, "sequence_length": 0}, indent=1)
    assert "unpaired-validation-lengths" not in {item.rule for item in lint_text(text, pipeline="sft").diagnostics}


@pytest.mark.parametrize(
    ("changes", "fails"),
    [
        ({"actor_train.device_mapping": None}, ["at load"]),
        ({"actor_train.device_mapping": None, "actor_train.world_size": 8}, ["at load"]),
        ({"actor_train.device_mapping": "[]"}, []),
        ({"actor_train.device_mapping": "[]", "force_disable_old_logprobs_recompute": True}, ["at first step"]),
        ({"rewards.m.world_size": 1}, []),
    ],
)
def test_gpus_that_are_counted_at_load(changes: dict[str, Any], fails: list[str]) -> None:
    """Each missing place is told once, by the earliest failure."""
    place = next(iter(changes)).rpartition(".")[0]
    found = lint_text(json.dumps(changed("rlvr", changes), indent=1), release="0.1.3").diagnostics
    mine = [item for item in found if item.rule == "missing-key" and item.path]
    assert [item.fails for item in mine if item.path in (f"{place}.device_mapping", f"{place}.world_size")] == fails
