"""What ROLL computes while it loads a config, release by release: the verdicts are those of its own classes, executed."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from roll_schema import releases
from roll_schema.diagnostic import Diagnostic, Severity
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
    ("rlvr", {"actor_train.num_gpus_per_worker": 0}, ALL),
    ("rlvr", {"reference.num_gpus_per_worker": False}, ALL),
    ("rlvr", {"actor_infer.num_gpus_per_worker": 0}, NEVER),
    ("rlvr", {"actor_infer.strategy_args.strategy_config.tensor_parallel_size": 1.5}, ALL),
    ("rlvr", {"actor_infer.strategy_args.strategy_config.tensor_parallel_size": 0}, ALL),
    ("rlvr", {"rewards.m.num_gpus_per_worker": 0}, NEVER),
    ("rlvr", {"rewards.m.num_gpus_per_worker": 3, "rewards.m.device_mapping": GPUS}, ALL),
    ("dpo", {"actor_train.num_gpus_per_worker": 0}, ALL),
    ("sft", {"sft_train.num_gpus_per_worker": 0}, ALL),
    ("distill", {"student.num_gpus_per_worker": False}, ALL),
    ("rlvr", {"actor_train.training_args.per_device_train_batch_size": 0}, ">=0.1.3"),
    ("rlvr", {"actor_train.training_args.gradient_accumulation_steps": False}, ">=0.1.3"),
    ("agentic", {"actor_train.training_args.gradient_accumulation_steps": 0}, ">=0.1.3"),
    ("rlvr", {"critic.training_args.gradient_accumulation_steps": 0}, NEVER),
    ("sft", {"sft_train.training_args.gradient_accumulation_steps": 0}, NEVER),
    ("agentic", {"num_gpus_per_node": 0}, "<0.1.3"),
    ("agentic", {"train_env_manager.group_size": 0}, ALL),
    ("agentic", {"train_env_manager.group_size": False}, ALL),
    ("agentic", {"train_env_manager.num_env_groups": 0}, ALL),
    ("agentic", {"val_env_manager.group_size": 0}, ALL),
    ("agentic", {"val_env_manager.group_size": 0, "val_env_manager.max_env_num_per_worker": 4, "val_batch_size": -1}, "<0.1.3"),
    ("agentic", {"val_env_manager.max_env_num_per_worker": 0}, NEVER),
    ("agentic", {"rollout_batch_size": -1, "actor_train.device_mapping": "[0]"}, NEVER),
]  # fmt: skip

ASSERTIONS = [
    ("agentic", {"max_steps": 0}, ALL),
    ("agentic", {"max_steps": -1}, "<0.1.3"),
    ("agentic", {"max_steps": -2}, ALL),
    ("sft", {"sequence_length": 0}, ALL),
    ("sft", {"val_sequence_length": 0}, ALL),
    ("sft", {"val_prompt_length": 0}, ALL),
    ("agentic", {"val_env_manager.max_traj_per_env": 1, "async_generation_ratio": 1}, ALL),
    ("rlvr", {"critic.use_sequence_packing": True}, ">=0.1.3,<0.2.0"),
    ("agentic", {"val_env_manager.use_sequence_packing": True}, ">=0.1.3,<0.2.0"),
    ("distill", {"teacher.use_sequence_packing": True}, NEVER),
    ("dpo", {"reference.use_sequence_packing": True}, ">=0.1.3"),
    ("rlvr", {"actor_train.device_mapping": None, "actor_train.world_size": 8}, ALL),
]

MAPPINGS = [
    ("rlvr", {"rewards.m.device_mapping": "[0, 1.5]"}, NEVER),
    ("rlvr", {"reference.device_mapping": "[0, 1.5]"}, NEVER),
    ("rlvr", {"reference.device_mapping": "{0, 1}"}, NEVER),
    ("rlvr", {"reference.device_mapping": "[-1, 0]"}, NEVER),
    ("rlvr", {"reference.device_mapping": "[True, False]"}, NEVER),
    ("rlvr", {"reference.device_mapping": "[[0], [1]]"}, ALL),
    ("rlvr", {"reference.device_mapping": "['0', '1']"}, ALL),
    ("rlvr", {"reference.device_mapping": "{0, 'a'}"}, ALL),
    ("rlvr", {"reference.device_mapping": "None"}, ALL),
    ("rlvr", {"reference.device_mapping": "8"}, ALL),
    ("rlvr", {"actor_infer.device_mapping": "[0, 1.5]"}, NEVER),
    ("rlvr", {"actor_train.device_mapping": "[]"}, ">=0.1.3"),
    ("agentic", {"actor_train.device_mapping": "[]"}, ">=0.1.3"),
    ("agentic", {"actor_train.device_mapping": "[]", "force_disable_old_logprobs_recompute": True}, NEVER),
    ("agentic", {"reference.device_mapping": "()"}, NEVER),
    ("dpo", {"actor_train.device_mapping": "[]"}, NEVER),
    ("agentic", {"train_env_manager.device_mapping": GPUS}, ALL),
    ("agentic", {"train_env_manager.device_mapping": [0, 1]}, NEVER),
]

UNCHECKED = [
    ("onpolicy_distill", {"student_train.training_args.per_device_train_batch_size": "abc"}, ALL),
    ("onpolicy_distill", {"student_train.training_args.learning_rate": "abc"}, NEVER),
    ("onpolicy_distill", {"critic.training_args.per_device_train_batch_size": "abc"}, NEVER),
    ("onpolicy_distill", {"student_train.strategy_args.strategy_config": "foo"}, ALL),
    ("onpolicy_distill", {"student_infer.strategy_args.strategy_config": "foo"}, ALL),
    ("onpolicy_distill", {"student_infer.max_concurrency": "abc"}, ALL),
    ("onpolicy_distill", {"student_train.max_concurrency": "abc"}, NEVER),
    ("onpolicy_distill", {"student_train.num_gpus_per_worker": "abc"}, ALL),
    ("onpolicy_distill", {"student_train.model_args.lora_target": 5}, ALL),
    ("onpolicy_distill", {"student_train.model_args": 5}, ALL),
    ("onpolicy_distill", {"student_train.data_args": 5}, NEVER),
    ("onpolicy_distill", {"rewards.m.tag_included": 5}, ALL),
    ("onpolicy_distill", {"teacher.tag_included": 5}, ">=0.3.0"),
    ("onpolicy_distill", {"num_return_sequences_in_group": "abc"}, ALL),
    ("onpolicy_distill", {"num_return_sequences_in_group": "abc", "force_disable_old_logprobs_recompute": True}, NEVER),
    ("onpolicy_distill", {"rollout_mock": 5}, NEVER),
    ("onpolicy_distill", {"tracker_kwargs": "abc"}, ALL),
    ("onpolicy_distill", {"tracker_kwargs": "abc", "track_with": "stdout"}, NEVER),
    ("onpolicy_distill", {"save_steps": "abc"}, NEVER),
    ("onpolicy_distill", {"sequence_length": "abc"}, ALL),
    ("onpolicy_distill/agentic", {"sequence_length": "5"}, NEVER),
    ("onpolicy_distill/agentic", {"train_env_manager.group_size": "abc"}, ALL),
    ("onpolicy_distill/agentic", {"train_env_manager.num_gpus_per_worker": "abc"}, NEVER),
    ("onpolicy_distill/agentic", {"val_batch_size": "abc"}, ALL),
    ("onpolicy_distill/agentic", {"custom_envs": 5}, ALL),
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
            del section[key]
        else:
            section[key] = value
    return config


def at_load(base: str, config: dict[str, Any], release: str) -> list[Diagnostic]:
    text = json.dumps(config, indent=1)
    found = lint_text(text, release=release, pipeline=base.partition("/")[0]).diagnostics
    return [item for item in found if item.severity is Severity.ERROR and item.fails == "at load"]


def releases_of(base: str) -> list[str]:
    return [name for name in releases.NAMES if base.partition("/")[0] in releases.load(name).pipelines]


@pytest.mark.parametrize("base", BASES)
def test_bases_load(base: str) -> None:
    for release in releases_of(base):
        assert at_load(base, BASES[base], release) == []


@pytest.mark.parametrize(("base", "changes", "refused"), CASES, ids=lambda value: str(value)[:60])
def test_fails_at_load_where_roll_does(base: str, changes: dict[str, Any], refused: str) -> None:
    place, value = next(iter(changes.items()))
    for release in releases_of(base):
        found = at_load(base, changed(base, changes), release)
        assert bool(found) is releases.load(release).matches(refused), (release, found)
        assert all(item.path == place for item in found)
        if value is not None and not isinstance(value, (dict, list)):
            assert {item.span.text for item in found} <= {json.dumps(value), json.dumps(place.split(".")[-1])}
