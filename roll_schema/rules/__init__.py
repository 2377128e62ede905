"""The list of all rules, by group; a file that is not here does not run. Each is imported when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from roll_schema.rules.rule import Rule

GROUPS: dict[str, tuple[str, ...]] = {
    "agentic": (
        "adjusted_batch",
        "environment_devices_ignored",
        "environment_text_missing",
        "fractional_async_ratio",
        "no_steps",
        "partial_overlap_refused",
        "reference_missing_with_lora",
        "replaced_sampling_settings",
        "runner_missing",
        "too_few_trajectories",
        "uneven_environment_batch",
        "uneven_environment_groups",
        "uneven_environment_workers",
        "unknown_env_type",
        "unknown_environment",
        "unknown_grouping",
        "unknown_normalization",
        "unknown_proxy",
    ),
    "algorithm": (
        "advantages_clipped_to_zero",
        "async_without_effect",
        "clip_range_unused",
        "critic_on_fsdp2",
        "critic_refused",
        "critic_warmup_without_critic",
        "distillation_with_lora",
        "distillation_without_logprobs",
        "estimator_of_another_pipeline",
        "idle_critic",
        "kl_counted_twice",
        "kl_penalty_full",
        "kl_without_effect",
        "no_optimizer_step",
        "policy_loss_variant",
        "reference_for_nothing",
        "reward_norm_refused",
        "several_teachers_with_images",
        "step_estimator_without_steps",
    ),
    "batch": (
        "batching_not_on_backend",
        "microbatch_shorter_than_sample",
        "no_tokens_per_microbatch",
        "packing_refused",
        "packing_without_effect",
        "reference_batch_too_large",
        "samples_below_pipeline",
        "uneven_forward_batch",
        "uneven_sequence_rounding",
        "uneven_ulysses_length",
    ),
    "checkpoint": (
        "checkpoint_without_optimizer",
        "local_checkpoint_deleted",
        "max_steps_ignored",
        "resume_refused",
        "unknown_checkpoint_type",
    ),
    "compose": (
        "include_cycle",
        "include_outside_project",
        "invalid_defaults",
        "invalid_hydra_block",
        "invalid_override",
        "invalid_package",
        "merge_conflict",
        "misplaced_fragment",
        "missing_fragment",
    ),
    "data": (
        "data_column_missing",
        "data_file_missing",
        "mixed_file_formats",
        "preprocessing_workers_missing",
        "template_for_one_message",
        "too_few_rows",
        "unrewarded_tag",
        "validation_prompts_dropped",
    ),
    "deepspeed": (
        "accumulation_disagrees",
        "fine_tuning_on_deepspeed",
        "no_gather_on_save",
        "offload_refused",
        "two_precisions",
        "zero_stage_refused",
    ),
    "devices": (
        "async_on_shared_devices",
        "concurrency_refused",
        "crowded_device",
        "device_outside_cluster",
        "duplicate_device",
        "engine_across_nodes",
        "idle_devices",
        "invalid_device_mapping",
        "misaligned_rollout",
        "opaque_device_mapping",
        "rollout_never_offloaded",
        "scattered_devices",
        "uneven_device_mapping",
        "uneven_model_parallel",
        "variables_not_passed_on",
        "visible_devices_in_environment",
    ),
    "distillation": (
        "discarded_section",
        "distillation_roles",
        "logits_transfer",
        "tag_without_teacher",
        "teacher_batch",
        "vocabularies_differ",
    ),
    "fsdp2": (
        "experts_without_patch",
        "fsdp2_expert_mesh",
        "fsdp2_mesh",
        "fsdp2_precision",
        "fsdp2_size_one",
        "judge_with_ulysses",
        "wrapped_class_not_in_model",
    ),
    "generation": (
        "batch_size_without_effect",
        "beam_search_refused",
        "correction_without_logprobs",
        "greedy_group",
        "rewritten_generation_length",
        "sampling_range",
        "truncated_sampling",
    ),
    "interpolation": (
        "interpolation_cycle",
        "malformed_interpolation",
        "resolver_failure",
        "undefined_interpolation",
        "unknown_resolver",
        "unset_environment_variable",
    ),
    "lora": (
        "idle_reference",
        "lora_additional_target",
        "lora_all_linear_unsupported",
        "lora_alpha_ratio",
        "lora_alpha_rewritten",
        "lora_defaults",
        "lora_dropout_in_rl",
        "lora_embedding_refused_by_vllm",
        "lora_expert_tensor_parallel",
        "lora_freezes_by_itself",
        "lora_gradient_checkpointing",
        "lora_learning_rate",
        "lora_mismatch",
        "lora_model_refused_by_vllm",
        "lora_never_reaches_rollout",
        "lora_on_experts",
        "lora_on_frozen_fsdp2",
        "lora_only_on_rollout",
        "lora_only_on_trainer",
        "lora_rank_exceeds_rollout",
        "lora_rank_not_positive",
        "lora_rank_refused_by_vllm",
        "lora_rank_unusual",
        "lora_resumed_on_megatron",
        "lora_rollout_engine",
        "lora_strategy",
        "lora_target_accidental_regex",
        "lora_target_invalid_regex",
        "lora_target_missing",
        "lora_target_not_in_model",
        "lora_target_not_linear",
        "lora_target_of_other_backend",
        "lora_target_on_rollout",
        "lora_tied_embeddings",
        "lora_with_dynamic_batching",
        "lora_with_expert_parallel",
        "lora_with_virtual_pipeline",
    ),
    "memory": (
        "does_not_fit",
        "kv_cache_too_small",
    ),
    "megatron": (
        "checkpointing_switch_without_effect",
        "compile_warmup_without_pipeline",
        "lr_scheduler_refused",
        "model_not_in_megatron",
        "multi_token_prediction_without_layers",
        "padding_removal_refused",
        "router_replay_roles",
        "setting_refused_by_megatron",
        "shadowed_training_setting",
        "uneven_context_parallel",
        "uneven_expert_parallel",
        "uneven_experts",
        "uneven_layers",
    ),
    "model": (
        "bf16_unsupported",
        "flash_attention_needs_half_precision",
        "flash_attention_unsupported",
        "quantized_model_trained",
        "replaced_model_path",
        "uneven_heads",
        "unknown_hub",
    ),
    "release": (
        "behaviour_changed",
        "choice_not_in_release",
        "default_changed",
        "key_not_in_release",
        "pipeline_not_in_release",
    ),
    "rewards": (
        "duplicate_reward_tag",
        "judge_on_random_weights",
        "judge_shares_devices",
        "judge_without_kind",
        "shared_judge_incomplete",
        "unknown_reward_type",
    ),
    "run": (
        "data_not_covered",
        "engine_not_covered",
        "estimator_not_covered",
        "feature_not_covered",
        "full_training_not_covered",
        "pipeline_not_covered",
        "reward_not_covered",
        "template_not_covered",
    ),
    "schema": (
        "async_ratio",
        "both_profilers",
        "checkpoint_without_folder",
        "environment_not_text",
        "invalid_choice",
        "misplaced_section",
        "missing_key",
        "no_room_for_answers",
        "null_breaks_load",
        "null_not_allowed",
        "null_strategy_config",
        "prompt_and_messages",
        "response_length_ignored",
        "rewritten_value",
        "rollout_engine",
        "rollout_only",
        "router_replay_mode",
        "sequence_packing_refused",
        "truth_value_for_number",
        "unknown_key",
        "unknown_template",
        "unknown_transfer_backend",
        "unknown_worker_class",
        "unpaired_validation_lengths",
        "unread_field",
        "unused_section",
        "value_not_set",
        "wrong_type",
        "zero_divisor",
    ),
    "security": (
        "code_in_device_mapping",
        "remote_code",
        "secret_by_shape",
        "secret_in_config",
    ),
    "settings": (
        "invalid_setting",
        "unused_ignore",
    ),
    "sglang": (
        "sglang_in_vision",
        "sglang_memory_missing",
        "sglang_parallelism",
        "unusable_router",
    ),
    "strategy": (
        "auto_switches_off",
        "diffusion_strategy_mismatch",
        "rewritten_strategy_key",
        "unknown_strategy_key",
        "wrong_strategy_value",
    ),
    "tracking": (
        "logging_board_without_logprobs",
        "unknown_tracker",
    ),
    "training": (
        "additional_prompts",
        "file_name_as_text",
        "fractional_epochs",
        "group_of_one",
        "interleave_probabilities",
        "never_synchronized",
        "offload_switch_unread",
        "save_never",
        "uneven_batch",
        "warmup_given_twice",
        "warmup_longer_than_run",
        "zero_steps",
    ),
    "vllm": (
        "batched_tokens_too_few",
        "block_size",
        "context_beyond_positions",
        "context_too_short",
        "data_parallel_mismatch",
        "expandable_segments",
        "gpu_memory_utilization",
        "lengths_beyond_positions",
        "quantization_override",
        "sleep_level_without_effect",
        "weights_lost_in_sleep",
    ),
    "yaml": (
        "duplicate_anchor",
        "duplicate_key",
        "empty_file",
        "invalid_key",
        "invalid_merge",
        "invalid_scalar",
        "merge_order",
        "multiple_documents",
        "nested_too_deep",
        "not_a_mapping",
        "not_utf8",
        "recursive_alias",
        "syntax_error",
        "tab_character",
        "too_large",
        "undefined_alias",
        "unknown_tag",
    ),
}
"""The rules' files, by folder."""

FAULT_GROUPS = ("yaml", "compose", "interpolation", "settings")
"""Groups that put into words what the floors below found; their rules are asked for by name."""

OPTIONAL_GROUPS = ("run",)
"""Groups about where a config shall run other than in ROLL itself; asked for by `--target`."""

CLAIMING_GROUPS = ("schema", "release")
"""Groups with rules on what the models refuse."""


TABLE = Path(__file__).parent / "table.json"
"""What the rules say of themselves, so that only those that apply are imported; `make schemas` writes it."""


class Entry(NamedTuple):
    """A rule as far as it need not be imported for: the same as on the Rule."""

    name: str
    group: str
    subject: str
    releases: str
    pipelines: tuple[str, ...]
    claims: tuple[str, ...]
    preview: bool


class _Rules(Mapping[str, "Rule"]):
    """Every rule by its name."""

    def __init__(self) -> None:
        self._groups = {name.replace("_", "-"): (group, name) for group, names in GROUPS.items() for name in names}
        self._loaded: dict[str, Rule] = {}
        self._table: dict[str, list[Any]] | None = None

    def __getitem__(self, name: str) -> Rule:
        if name not in self._loaded:
            group, file = self._groups[name]
            self._loaded[name] = getattr(import_module(f"roll_schema.rules.{group}.{file}"), file)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def entries(self, groups: tuple[str, ...]) -> Iterator[Entry]:
        """The rules of some groups; one that the table does not know yet is imported."""
        if self._table is None:
            self._table = json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}
        for name, (group, _) in self._groups.items():
            if group in groups:
                row = self._table.get(name)
                yield Entry(name, group, *row) if row is not None else entry_of(self[name])


def entry_of(rule: Rule) -> Entry:
    """What the table says of a rule."""
    return Entry(rule.name, rule.group, rule.subject, rule.releases, rule.pipelines, rule.claims, rule.preview)


RULES = _Rules()
