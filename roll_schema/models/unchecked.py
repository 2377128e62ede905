"""Values of a wrong type that stop ROLL at load although its loader checks none: on-policy distillation, ROLL 0.2.1 on.

What ROLL computes with while it loads such a config is data here; every other wrong value is noticed later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from roll_schema.source.path import dotted, parse
from roll_schema.source.tree import lookup, plain

if TYPE_CHECKING:
    from roll_schema.models.validation import SchemaError
    from roll_schema.source.path import dotted, parse
from roll_schema.source.tree import Node

PIPELINES = ("onpolicy_distill",)
"""Pipelines whose start script switches the loader's type checks off (ROLL 0.2.1 and later)."""

_NUMBER, _TEXT, _LIST, _MAPPING = frozenset({bool, int, float}), {str}, {list}, {dict}
_NULL = {type(None)}
_ANYTHING = frozenset({*_NUMBER, *_TEXT, *_LIST, *_MAPPING, *_NULL})
_NOT_NUMBER = _ANYTHING - _NUMBER
_NOT_TEXT = _ANYTHING - _TEXT
_NOT_MAPPING = _ANYTHING - _MAPPING


_OWN_LOGPROBS = ("step_reinforce", "gigpo")
"""Estimators for which ROLL does not count optimizer steps."""


def _counts_steps(root: Node) -> bool:
    estimator = _value(root, "adv_estimator")
    return _value(root, "force_disable_old_logprobs_recompute") is not True and estimator not in _OWN_LOGPROBS


def _on_megatron(root: Node) -> bool:
    return "megatron" in str(_value(root, "student_train.strategy_args.strategy_name"))


def _counts_gpus(root: Node) -> bool:
    return _counts_steps(root) or _on_megatron(root)


def _counts_requests(root: Node) -> bool:
    return lookup(root, ("student_infer", "strategy_args")) is not None


def _has_environments(root: Node) -> bool:
    return _value(root, "pure_opd_pipeline_type") == "agentic"


def _is_negative(root: Node, path: str) -> bool:
    value = _value(root, path)
    return isinstance(value, int) and value < 0


def _adds_lengths(root: Node) -> bool:
    return _value(root, "sequence_length") is None


def _has_no_model(role: str) -> Callable[[Node], bool]:
    return lambda root: _value(root, f"{role}.model_args.model_name_or_path") is None


def _logs_to_tensorboard(root: Node) -> bool:
    return _value(root, "track_with") in (None, "tensorboard")


class Computed(NamedTuple):
    """The types of values that ROLL cannot compute with, but for 0 and what is empty of the types `falsy`.

    `nonzero` is what must not be 0.0 either. `when` tells by the config, or by the section that holds the value,
    whether ROLL computes with it at all.
    """

    kinds: frozenset[type]
    when: Callable[[Node], bool] = lambda root: True
    falsy: frozenset[type] = frozenset()
    nonzero: bool = False


_TAGS = Computed(_ANYTHING - _LIST - _TEXT, falsy=frozenset(_MAPPING))
_ROLES = ("critic", "reference", "teacher", "student_train", "student_infer", "train_env_manager", "val_env_manager")

_PLACES = {
    **dict.fromkeys(("exp_name", "logging_dir", "profiler_output_dir", "length_profiler_dir"), Computed(_NOT_TEXT)),
    "output_dir": Computed(_NOT_TEXT, _logs_to_tensorboard),
    "tracker_kwargs": Computed(_NOT_MAPPING, _logs_to_tensorboard),
    "checkpoint_config": Computed(_NOT_MAPPING),
    "system_envs": Computed(_NOT_MAPPING),
    "model_download_type": Computed(_NOT_TEXT - _NULL),
    "prompt_length": Computed(_NOT_NUMBER - _NULL, lambda root: _adds_lengths(root) or not _has_environments(root)),
    "response_length": Computed(_NOT_NUMBER - _NULL, _adds_lengths),
    "sequence_length": Computed(_NOT_NUMBER - _NULL, lambda root: not _has_environments(root), nonzero=True),
    "val_batch_size": Computed(_NOT_NUMBER, _has_environments),
    "max_steps": Computed(_NOT_NUMBER, _has_environments, nonzero=True),
    "val_prompt_length": Computed(_ANYTHING, lambda root: _value(root, "val_sequence_length") is None),
    "val_sequence_length": Computed(_ANYTHING, lambda root: _value(root, "val_prompt_length") is None),
    "max_running_requests": Computed(_NOT_NUMBER, _counts_requests),
    "rollout_batch_size": Computed(_NOT_NUMBER, lambda root: _counts_gpus(root) or _has_environments(root)),
    "async_generation_ratio": Computed(_NOT_NUMBER),
    "init_kl_coef": Computed(_NOT_NUMBER),
    "num_return_sequences_in_group": Computed(_NOT_NUMBER, _counts_steps),
    "use_opd": Computed(_ANYTHING, falsy=_ANYTHING),
    "rewards": Computed(_NOT_MAPPING),
    "validation": Computed(_NOT_MAPPING, falsy=_ANYTHING),
    "validation.generating_args": Computed(_NOT_MAPPING),
    "reward_model": Computed(_NOT_MAPPING - _NULL),
    "tag_to_template": Computed(_NOT_MAPPING, falsy=_NOT_TEXT),
    **dict.fromkeys(_ROLES, Computed(_NOT_MAPPING)),
    "train_infer_correction.filters": Computed(frozenset(_MAPPING), falsy=_ANYTHING),
    "reward_normalization.grouping": Computed(_NOT_TEXT, falsy=_ANYTHING),
    "reward_normalization.method": Computed(frozenset({list, dict})),
    "render_save_dir": Computed(_NOT_TEXT, falsy=_ANYTHING),
    "train_env_manager.max_traj_per_env": Computed(
        _NOT_NUMBER, lambda root: not _value(root, "async_generation_ratio")
    ),
    "val_env_manager.max_traj_per_env": Computed(_NOT_NUMBER, lambda root: not _is_negative(root, "val_batch_size")),
    "custom_envs": Computed(_NOT_MAPPING),
    "teacher.tag_included": _TAGS,
    "student_train.device_mapping": Computed(frozenset(_NULL), _counts_gpus),
    "student_train.training_args.per_device_train_batch_size": Computed(_NOT_NUMBER, _counts_steps, nonzero=True),
    "student_train.training_args.gradient_accumulation_steps": Computed(_NOT_NUMBER, _counts_steps, nonzero=True),
    "student_train.model_args.ulysses_size": Computed(
        _NOT_NUMBER, lambda root: _counts_steps(root) and not _on_megatron(root), falsy=_ANYTHING
    ),
    "student_train.strategy_args.strategy_name": Computed(_NOT_TEXT),
    "student_train.strategy_args.strategy_config": Computed(_NOT_MAPPING - _NULL, _on_megatron),
    "student_infer.strategy_args.strategy_name": Computed(_ANYTHING),
    "student_infer.device_mapping": Computed(frozenset(_NULL), _has_no_model("student_infer")),
    "teacher.device_mapping": Computed(frozenset(_NULL), _has_no_model("teacher")),
    "student_infer.generating_args": Computed(_NOT_MAPPING),
    "student_infer.max_concurrency": Computed(_NOT_NUMBER, _counts_requests),
}
"""By the place in the config."""

_FIELDS = {
    "model_args": Computed(_NOT_MAPPING),
    "training_args": Computed(_NOT_MAPPING),
    "dtype": Computed(_ANYTHING),
    "lora_rank": Computed(frozenset(_MAPPING)),
    "lora_target": Computed(_NUMBER),
    "num_beams": Computed(_NOT_NUMBER),
    "stop_strings": Computed(_NUMBER | _MAPPING, falsy=frozenset(_MAPPING)),
    "tag_included": Computed(frozenset(_MAPPING), falsy=_ANYTHING),
}
"""By the field, wherever a section has it."""

_WORKER = {
    "strategy_args": Computed(_NOT_MAPPING - _NULL),
    "device_mapping": Computed(_ANYTHING - _NULL),
    "num_gpus_per_worker": Computed(_NOT_NUMBER, lambda worker: _counts_workers(worker), nonzero=True),
    "router_replay": Computed(_NOT_MAPPING, lambda worker: _value(worker, "strategy_args") is not None),
    "strategy_config": Computed(_NOT_MAPPING - _NULL, lambda backend: _value(backend, "strategy_name") == "vllm"),
}
"""The same, but for environments; `when` is asked about the section."""

_ENVIRONMENT = {
    **dict.fromkeys(("num_env_groups", "group_size", "group_size_redundancy"), Computed(_NOT_NUMBER | {float})),
    "max_env_num_per_worker": Computed(_NOT_NUMBER),
    **dict.fromkeys(("tags", "num_groups_partition"), Computed(_ANYTHING)),
    "device_mapping": Computed(_ANYTHING, falsy=_NOT_NUMBER),
}
"""The same, for environments."""

_SECTIONS = {"EnvManagerConfig": _ENVIRONMENT, "RewardConfig": {**_WORKER, "tag_included": _TAGS}}

_SHARED = ("student_train", "student_infer", "critic", "teacher")
"""The roles that get the top level's `system_envs` added to their own."""

_ITEMS = ("tags", "num_groups_partition", "rewards", "tag_to_template", "device_mapping")
"""The fields of which ROLL computes with each item as well."""


def stops(error: SchemaError) -> bool:
    """Whether ROLL fails at load on a value that is refused only for its type."""
    whole = error.key == error.field
    if not whole and error.field not in _ITEMS:
        return False
    section = error.place[:-1]
    if dotted(section) in _SHARED and error.key == "system_envs":
        return not isinstance(error.node.value, dict)
    place = lookup(error.root, section)
    fields = {**_FIELDS, **_SECTIONS.get(error.owner.__name__, _WORKER)}
    return (
        (not whole)
        or _matches(_PLACES.get(error.path), error, error.root)
        or _matches(fields.get(error.field), error, place)
    )


def _matches(computed: Computed | None, error: SchemaError, place: Node | None) -> bool:
    value = error.node.value
    if computed is None or place is None:
        return False
    if type(value) not in computed.kinds and not (computed.nonzero and value == 0):
        return False
    return (bool(value) or type(value) not in computed.falsy) and computed.when(place)


def _counts_workers(worker: Node) -> bool:
    name = _value(worker, "strategy_args.strategy_name")
    if name in (None, "hf_infer", "sglang"):
        return _value(worker, "device_mapping") is not None
    return name != "vllm"


def _value(root: Node, path: str) -> object:
    node = lookup(root, parse(path))
    return plain(node) if node is not None else None
