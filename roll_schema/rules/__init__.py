"""The list of all rules; a file that is not here does not run."""

from roll_schema.rule import Rule
from roll_schema.rules.agentic.fractional_async_ratio import fractional_async_ratio
from roll_schema.rules.agentic.too_few_trajectories import too_few_trajectories
from roll_schema.rules.agentic.uneven_environment_batch import uneven_environment_batch
from roll_schema.rules.agentic.uneven_environment_groups import uneven_environment_groups
from roll_schema.rules.agentic.uneven_environment_workers import uneven_environment_workers
from roll_schema.rules.agentic.unknown_env_type import unknown_env_type
from roll_schema.rules.agentic.unknown_environment import unknown_environment
from roll_schema.rules.agentic.unknown_grouping import unknown_grouping
from roll_schema.rules.agentic.unknown_proxy import unknown_proxy
from roll_schema.rules.algorithm.advantages_clipped_to_zero import advantages_clipped_to_zero
from roll_schema.rules.algorithm.critic_refused import critic_refused
from roll_schema.rules.algorithm.critic_warmup_without_critic import critic_warmup_without_critic
from roll_schema.rules.algorithm.estimator_of_another_pipeline import estimator_of_another_pipeline
from roll_schema.rules.algorithm.kl_penalty_full import kl_penalty_full
from roll_schema.rules.algorithm.kl_without_effect import kl_without_effect
from roll_schema.rules.algorithm.reward_norm_refused import reward_norm_refused
from roll_schema.rules.batch.no_tokens_per_microbatch import no_tokens_per_microbatch
from roll_schema.rules.batch.packing_refused import packing_refused
from roll_schema.rules.checkpoint.unknown_checkpoint_type import unknown_checkpoint_type
from roll_schema.rules.compose.include_cycle import include_cycle
from roll_schema.rules.compose.include_outside_project import include_outside_project
from roll_schema.rules.compose.invalid_defaults import invalid_defaults
from roll_schema.rules.compose.invalid_hydra_block import invalid_hydra_block
from roll_schema.rules.compose.invalid_override import invalid_override
from roll_schema.rules.compose.invalid_package import invalid_package
from roll_schema.rules.compose.merge_conflict import merge_conflict
from roll_schema.rules.compose.misplaced_fragment import misplaced_fragment
from roll_schema.rules.compose.missing_fragment import missing_fragment
from roll_schema.rules.data.preprocessing_workers_missing import preprocessing_workers_missing
from roll_schema.rules.deepspeed.no_gather_on_save import no_gather_on_save
from roll_schema.rules.deepspeed.zero_stage_refused import zero_stage_refused
from roll_schema.rules.devices.device_outside_cluster import device_outside_cluster
from roll_schema.rules.devices.duplicate_device import duplicate_device
from roll_schema.rules.devices.invalid_device_mapping import invalid_device_mapping
from roll_schema.rules.devices.opaque_device_mapping import opaque_device_mapping
from roll_schema.rules.devices.uneven_device_mapping import uneven_device_mapping
from roll_schema.rules.devices.uneven_model_parallel import uneven_model_parallel
from roll_schema.rules.distillation.discarded_section import discarded_section
from roll_schema.rules.distillation.distillation_roles import distillation_roles
from roll_schema.rules.fsdp2.fsdp2_precision import fsdp2_precision
from roll_schema.rules.generation.greedy_group import greedy_group
from roll_schema.rules.generation.rewritten_generation_length import rewritten_generation_length
from roll_schema.rules.generation.sampling_range import sampling_range
from roll_schema.rules.interpolation.interpolation_cycle import interpolation_cycle
from roll_schema.rules.interpolation.malformed_interpolation import malformed_interpolation
from roll_schema.rules.interpolation.resolver_failure import resolver_failure
from roll_schema.rules.interpolation.undefined_interpolation import undefined_interpolation
from roll_schema.rules.interpolation.unknown_resolver import unknown_resolver
from roll_schema.rules.interpolation.unset_environment_variable import unset_environment_variable
from roll_schema.rules.lora.idle_reference import idle_reference
from roll_schema.rules.lora.lora_additional_target import lora_additional_target
from roll_schema.rules.lora.lora_all_linear_unsupported import lora_all_linear_unsupported
from roll_schema.rules.lora.lora_alpha_ratio import lora_alpha_ratio
from roll_schema.rules.lora.lora_alpha_rewritten import lora_alpha_rewritten
from roll_schema.rules.lora.lora_defaults import lora_defaults
from roll_schema.rules.lora.lora_dropout_in_rl import lora_dropout_in_rl
from roll_schema.rules.lora.lora_gradient_checkpointing import lora_gradient_checkpointing
from roll_schema.rules.lora.lora_learning_rate import lora_learning_rate
from roll_schema.rules.lora.lora_mismatch import lora_mismatch
from roll_schema.rules.lora.lora_on_frozen_fsdp2 import lora_on_frozen_fsdp2
from roll_schema.rules.lora.lora_only_on_rollout import lora_only_on_rollout
from roll_schema.rules.lora.lora_only_on_trainer import lora_only_on_trainer
from roll_schema.rules.lora.lora_rank_exceeds_rollout import lora_rank_exceeds_rollout
from roll_schema.rules.lora.lora_rank_not_positive import lora_rank_not_positive
from roll_schema.rules.lora.lora_rank_refused_by_vllm import lora_rank_refused_by_vllm
from roll_schema.rules.lora.lora_rank_unusual import lora_rank_unusual
from roll_schema.rules.lora.lora_rollout_engine import lora_rollout_engine
from roll_schema.rules.lora.lora_strategy import lora_strategy
from roll_schema.rules.lora.lora_target_accidental_regex import lora_target_accidental_regex
from roll_schema.rules.lora.lora_target_invalid_regex import lora_target_invalid_regex
from roll_schema.rules.lora.lora_target_missing import lora_target_missing
from roll_schema.rules.lora.lora_target_not_in_model import lora_target_not_in_model
from roll_schema.rules.lora.lora_target_not_linear import lora_target_not_linear
from roll_schema.rules.lora.lora_target_of_other_backend import lora_target_of_other_backend
from roll_schema.rules.lora.lora_target_on_rollout import lora_target_on_rollout
from roll_schema.rules.lora.lora_with_expert_parallel import lora_with_expert_parallel
from roll_schema.rules.lora.lora_with_virtual_pipeline import lora_with_virtual_pipeline
from roll_schema.rules.megatron.lr_scheduler_refused import lr_scheduler_refused
from roll_schema.rules.megatron.setting_refused_by_megatron import setting_refused_by_megatron
from roll_schema.rules.model.flash_attention_needs_half_precision import flash_attention_needs_half_precision
from roll_schema.rules.model.unknown_hub import unknown_hub
from roll_schema.rules.release.behaviour_changed import behaviour_changed
from roll_schema.rules.release.choice_not_in_release import choice_not_in_release
from roll_schema.rules.release.default_changed import default_changed
from roll_schema.rules.release.key_not_in_release import key_not_in_release
from roll_schema.rules.release.pipeline_not_in_release import pipeline_not_in_release
from roll_schema.rules.rewards.judge_on_random_weights import judge_on_random_weights
from roll_schema.rules.rewards.judge_without_kind import judge_without_kind
from roll_schema.rules.schema.async_ratio import async_ratio
from roll_schema.rules.schema.both_profilers import both_profilers
from roll_schema.rules.schema.checkpoint_without_folder import checkpoint_without_folder
from roll_schema.rules.schema.environment_not_text import environment_not_text
from roll_schema.rules.schema.invalid_choice import invalid_choice
from roll_schema.rules.schema.misplaced_section import misplaced_section
from roll_schema.rules.schema.missing_key import missing_key
from roll_schema.rules.schema.no_room_for_answers import no_room_for_answers
from roll_schema.rules.schema.null_breaks_load import null_breaks_load
from roll_schema.rules.schema.null_not_allowed import null_not_allowed
from roll_schema.rules.schema.null_strategy_config import null_strategy_config
from roll_schema.rules.schema.prompt_and_messages import prompt_and_messages
from roll_schema.rules.schema.response_length_ignored import response_length_ignored
from roll_schema.rules.schema.rollout_engine import rollout_engine
from roll_schema.rules.schema.router_replay_mode import router_replay_mode
from roll_schema.rules.schema.sequence_packing_refused import sequence_packing_refused
from roll_schema.rules.schema.truth_value_for_number import truth_value_for_number
from roll_schema.rules.schema.unknown_key import unknown_key
from roll_schema.rules.schema.unknown_template import unknown_template
from roll_schema.rules.schema.unknown_worker_class import unknown_worker_class
from roll_schema.rules.schema.unpaired_validation_lengths import unpaired_validation_lengths
from roll_schema.rules.schema.unread_field import unread_field
from roll_schema.rules.schema.unused_section import unused_section
from roll_schema.rules.schema.value_not_set import value_not_set
from roll_schema.rules.schema.wrong_type import wrong_type
from roll_schema.rules.settings.invalid_setting import invalid_setting
from roll_schema.rules.sglang.sglang_memory_missing import sglang_memory_missing
from roll_schema.rules.strategy.auto_switches_off import auto_switches_off
from roll_schema.rules.strategy.rewritten_strategy_key import rewritten_strategy_key
from roll_schema.rules.strategy.unknown_strategy_key import unknown_strategy_key
from roll_schema.rules.strategy.wrong_strategy_value import wrong_strategy_value
from roll_schema.rules.tracking.unknown_tracker import unknown_tracker
from roll_schema.rules.training.file_name_as_text import file_name_as_text
from roll_schema.rules.training.fractional_epochs import fractional_epochs
from roll_schema.rules.training.group_of_one import group_of_one
from roll_schema.rules.training.interleave_probabilities import interleave_probabilities
from roll_schema.rules.training.save_never import save_never
from roll_schema.rules.training.uneven_batch import uneven_batch
from roll_schema.rules.training.zero_steps import zero_steps
from roll_schema.rules.vllm.batched_tokens_too_few import batched_tokens_too_few
from roll_schema.rules.vllm.block_size import block_size
from roll_schema.rules.vllm.context_too_short import context_too_short
from roll_schema.rules.vllm.gpu_memory_utilization import gpu_memory_utilization
from roll_schema.rules.yaml.duplicate_key import duplicate_key
from roll_schema.rules.yaml.empty_file import empty_file
from roll_schema.rules.yaml.invalid_key import invalid_key
from roll_schema.rules.yaml.invalid_merge import invalid_merge
from roll_schema.rules.yaml.invalid_scalar import invalid_scalar
from roll_schema.rules.yaml.multiple_documents import multiple_documents
from roll_schema.rules.yaml.nested_too_deep import nested_too_deep
from roll_schema.rules.yaml.not_a_mapping import not_a_mapping
from roll_schema.rules.yaml.not_utf8 import not_utf8
from roll_schema.rules.yaml.recursive_alias import recursive_alias
from roll_schema.rules.yaml.syntax_error import syntax_error
from roll_schema.rules.yaml.tab_character import tab_character
from roll_schema.rules.yaml.too_large import too_large
from roll_schema.rules.yaml.undefined_alias import undefined_alias
from roll_schema.rules.yaml.unknown_tag import unknown_tag

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        fractional_async_ratio,
        too_few_trajectories,
        uneven_environment_batch,
        uneven_environment_groups,
        uneven_environment_workers,
        unknown_env_type,
        unknown_environment,
        unknown_grouping,
        unknown_proxy,
        advantages_clipped_to_zero,
        critic_refused,
        critic_warmup_without_critic,
        estimator_of_another_pipeline,
        kl_penalty_full,
        kl_without_effect,
        reward_norm_refused,
        no_tokens_per_microbatch,
        packing_refused,
        unknown_checkpoint_type,
        include_cycle,
        include_outside_project,
        invalid_defaults,
        invalid_hydra_block,
        invalid_override,
        invalid_package,
        merge_conflict,
        misplaced_fragment,
        missing_fragment,
        preprocessing_workers_missing,
        no_gather_on_save,
        zero_stage_refused,
        device_outside_cluster,
        duplicate_device,
        invalid_device_mapping,
        opaque_device_mapping,
        uneven_device_mapping,
        uneven_model_parallel,
        discarded_section,
        distillation_roles,
        fsdp2_precision,
        greedy_group,
        rewritten_generation_length,
        sampling_range,
        interpolation_cycle,
        malformed_interpolation,
        resolver_failure,
        undefined_interpolation,
        unknown_resolver,
        unset_environment_variable,
        idle_reference,
        lora_additional_target,
        lora_all_linear_unsupported,
        lora_alpha_ratio,
        lora_alpha_rewritten,
        lora_defaults,
        lora_dropout_in_rl,
        lora_gradient_checkpointing,
        lora_learning_rate,
        lora_mismatch,
        lora_on_frozen_fsdp2,
        lora_only_on_rollout,
        lora_only_on_trainer,
        lora_rank_exceeds_rollout,
        lora_rank_not_positive,
        lora_rank_refused_by_vllm,
        lora_rank_unusual,
        lora_rollout_engine,
        lora_strategy,
        lora_target_accidental_regex,
        lora_target_invalid_regex,
        lora_target_missing,
        lora_target_not_in_model,
        lora_target_not_linear,
        lora_target_of_other_backend,
        lora_target_on_rollout,
        lora_with_expert_parallel,
        lora_with_virtual_pipeline,
        lr_scheduler_refused,
        setting_refused_by_megatron,
        flash_attention_needs_half_precision,
        unknown_hub,
        behaviour_changed,
        choice_not_in_release,
        default_changed,
        key_not_in_release,
        pipeline_not_in_release,
        judge_on_random_weights,
        judge_without_kind,
        async_ratio,
        both_profilers,
        checkpoint_without_folder,
        environment_not_text,
        invalid_choice,
        misplaced_section,
        missing_key,
        no_room_for_answers,
        null_breaks_load,
        null_not_allowed,
        null_strategy_config,
        prompt_and_messages,
        response_length_ignored,
        rollout_engine,
        router_replay_mode,
        sequence_packing_refused,
        truth_value_for_number,
        unknown_key,
        unknown_template,
        unknown_worker_class,
        unpaired_validation_lengths,
        unread_field,
        unused_section,
        value_not_set,
        wrong_type,
        invalid_setting,
        sglang_memory_missing,
        auto_switches_off,
        rewritten_strategy_key,
        unknown_strategy_key,
        wrong_strategy_value,
        unknown_tracker,
        file_name_as_text,
        fractional_epochs,
        group_of_one,
        interleave_probabilities,
        save_never,
        uneven_batch,
        zero_steps,
        batched_tokens_too_few,
        block_size,
        context_too_short,
        gpu_memory_utilization,
        duplicate_key,
        empty_file,
        invalid_key,
        invalid_merge,
        invalid_scalar,
        multiple_documents,
        nested_too_deep,
        not_a_mapping,
        not_utf8,
        recursive_alias,
        syntax_error,
        tab_character,
        too_large,
        undefined_alias,
        unknown_tag,
    )
}
