"""What roll-run makes of each field of an RLVR config: it is used, has no effect here, or is refused.

The first row whose pattern fits a path counts; `*` stands for one key, `**` for any number of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from roll_schema.source.path import join


class Treatment(Enum):
    """What becomes of a value that a config sets."""

    USED = "used"
    NO_EFFECT = "no effect"
    REFUSED = "refused"


class Row(NamedTuple):
    """Fields by patterns of their paths; `harmless` are the values with which a refused field asks for nothing."""

    fields: tuple[str, ...]
    treatment: Treatment
    why: str = ""
    harmless: tuple[object, ...] = ()

    def admits(self, value: object) -> bool:
        """Whether roll-run runs a config that sets a field of this row to a value."""
        same = (type(value) is type(other) and value == other for other in self.harmless)
        return self.treatment is not Treatment.REFUSED or any(same)


def _used(*fields: str) -> Row:
    return Row(_split(fields), Treatment.USED)


def _no_effect(why: str, *fields: str) -> Row:
    return Row(_split(fields), Treatment.NO_EFFECT, why)


def _refused(why: str, harmless: tuple[object, ...], *fields: str) -> Row:
    return Row(_split(fields), Treatment.REFUSED, why, harmless)


def _split(fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for text in fields for name in text.split())


_OFF = (False, None)
_LOOP = "roll.distributed.scheduler.user_defined_rollout_loop.UserDefinedRolloutLoop"
_TRAINERS = (None, "roll.pipeline.rlvr.actor_worker.ActorWorker", "roll.pipeline.base_worker.ActorWorker")
_ENGINES = (*_TRAINERS, "roll.pipeline.base_worker.InferWorker")

ROWS: tuple[Row, ...] = (
    # The run as a whole
    _used(
        "exp_name seed rpc_timeout output_dir track_with tracker_kwargs tracker_kwargs.** max_steps save_steps",
        "eval_steps max_ckpt_to_keep resume_from_checkpoint num_gpus_per_node system_envs system_envs.*",
    ),
    _no_effect("the run's folder holds the logs, and metrics.jsonl every step", "logging_dir logging_steps base_dir"),
    _no_effect(
        "lengths and rewards of every step are in metrics.jsonl", "report_length_and_rewards length_profiler_dir"
    ),
    _no_effect("`device_mapping` and `num_gpus_per_node` give the number of nodes", "num_nodes"),
    _no_effect("a worker that is lost is noticed at once", "alive_check_interval"),
    _no_effect("it is set by what starts a process, never by a config", "local_rank"),
    _refused("roll-run does not profile", _OFF, "profiler_timeline profiler_memory"),
    _no_effect("roll-run does not profile", "profiler_output_dir otlp_output_dir"),
    _refused("checkpoints are copied to folders only", ("file_system", None), "checkpoint_config.type"),
    _used("checkpoint_config checkpoint_config.output_dir"),
    _no_effect("copying to a folder takes no other setting", "checkpoint_config.**"),
    _refused("models are loaded from a folder or by transformers", (None,), "model_download_type"),
    _refused("roll-run keeps samples in samples.jsonl only", (None,), "rollout_dump_dir save_logging_board_dir"),
    # Prompts and completions
    _used(
        "rollout_batch_size num_return_sequences_in_group prompt_length response_length sequence_length",
        "val_prompt_length val_sequence_length global_template pretrain",
    ),
    _no_effect("all validation prompts are generated at once", "val_batch_size"),
    _no_effect(
        "prompts are dealt out to engines, and vLLM schedules them",
        "generate_opt_level max_running_requests is_num_return_sequences_expand router_args router_args.**",
    ),
    _refused("generation and training take turns", (0, 0.0, None), "async_generation_ratio"),
    _refused("every prompt that is generated is trained on", _OFF, "is_use_additional_prompts"),
    _no_effect("it counts with `is_use_additional_prompts` only", "max_additional_running_prompts"),
    _refused("roll-run has its own rollout loop", (None, _LOOP), "user_defined_rollout_loop_cls"),
    _refused("templates are chosen once for all prompts", (None, {}), "tag_to_template"),
    _no_effect("it is part of `tag_to_template`", "tag_to_template.*"),
    _refused("completions are always generated", _OFF, "rollout_mock.enable"),
    _no_effect("it counts with `rollout_mock.enable` only", "rollout_mock rollout_mock.*"),
    _no_effect(
        "ROLL does not read it in any release",
        "dataset_filter dataset_filter.* add_len_reward use_policy_loss_type use_topr_loss val_greedy",
        "val_n_sample mask_type balance_length minibatch_data_iter_num rewards.*.response_filter_config",
        "rewards.*.response_filter_config.**",
    ),
    # Advantages and loss
    _used(
        "ppo_epochs max_grad_norm adv_estimator gamma pg_clip use_pg_clip_range pg_clip_low pg_clip_high",
        "dual_clip_loss target_kl init_kl_coef kl_horizon add_token_level_kl use_kl_loss kl_loss_coef",
        "entropy_loss_coef postive_loss_coef use_topr_neg_loss_coef rl_loss_coef loss_agg_mode importance_sampling",
        "critic_warmup reward_clip whiten_rewards whiten_advantages advantage_clip length_loss_weight",
        "max_len_mask difficulty_mask difficulty_low_threshold difficulty_high_threshold",
        "error_max_len_clip error_max_len_threshold enable_reference enable_old_logprobs_recompute",
        "force_disable_old_logprobs_recompute use_rollout_importance_sampling_ratio",
        "rollout_importance_sampling_ratio_upper_bound train_infer_ratio_* train_infer_diff_*",
        "train_infer_correction train_infer_correction.**",
    ),
    _refused("rewards are normalized by batch or by group", ("batch", "group", None), "norm_mean_type norm_std_type"),
    _refused("`full` needs distributions, which ROLL lacks, too", ("kl", "abs", "mse"), "kl_penalty"),
    _refused("running statistics of rewards are not kept", _OFF, "use_reward_scaling use_reward_norm"),
    _refused("only ROLL 0.1.0 has it, whose arithmetic is refused", _OFF, "reward_norm reward_shift reward_scale"),
    _no_effect("ROLL multiplies by a field that no sample has", "difficulty_loss_weight"),
    _no_effect("it is for the critic of `adv_estimator: gae`", "lambd value_clip l2"),
    _refused("there is no teacher", _OFF, "use_opd is_pure_opd"),
    _no_effect(
        "it counts for distillation only",
        "opd_kl_coef pure_opd_pipeline_type teacher.** student_train.** student_infer.** teacher",
        "student_train student_infer actor_train.opd_kl_coef actor_train.tag_included",
    ),
    # Memory and transfer
    _refused(
        "weights and optimizer states stay where they are",
        _OFF,
        "is_offload_states is_offload_optimizer_states_in_train_step",
    ),
    _no_effect(
        "adapters are sent whole, through Ray",
        "model_update_buffer_size_mb transfer_backend transfer_backend.** actor_train.model_update_method",
    ),
    # Roles without workers of their own
    _no_effect("the covered estimators have no critic", "critic critic.** reward_pretrain"),
    _no_effect("only agentic pipelines have this role", "reward reward.**"),
    _refused("there are no reward models", (None,), "reward_model"),
    _no_effect("it is part of `reward_model`", "reward_model.**"),
    _no_effect("as in ROLL with LoRA, the trainer without its adapter is the reference", "reference reference.**"),
    # Trainer
    _used(
        "actor_train actor_train.device_mapping actor_train.infer_batch_size actor_train.model_update_frequency",
        "actor_train.system_envs actor_train.system_envs.* actor_train.apply_loss_scale",
        "actor_train.strategy_args actor_train.strategy_args.strategy_name actor_train.strategy_args.strategy_config",
        "actor_train.model_args actor_train.training_args actor_train.data_args",
    ),
    _no_effect(
        "as in ROLL, `training_args` and `max_grad_norm` give it",
        "actor_train.strategy_args.strategy_config.optimizer actor_train.strategy_args.strategy_config.optimizer.**",
        "actor_train.strategy_args.strategy_config.scheduler actor_train.strategy_args.strategy_config.scheduler.**",
        "actor_train.strategy_args.strategy_config.train_batch_size",
        "actor_train.strategy_args.strategy_config.train_micro_batch_size_per_gpu",
        "actor_train.strategy_args.strategy_config.gradient_accumulation_steps",
        "actor_train.strategy_args.strategy_config.gradient_clipping",
    ),
    _used("actor_train.strategy_args.strategy_config.**"),
    _refused("roll-run has a trainer of its own", _TRAINERS, "actor_train.worker_cls"),
    _refused("roll-run has the loss of ROLL's `ActorWorker`", (None,), "actor_train.pg_variant"),
    _no_effect("it counts with `pg_variant` only", "actor_train.topr_positive_weight actor_train.topr_negative_weight"),
    _refused(
        "micro-batches have a fixed number of samples",
        _OFF,
        "actor_train.use_dynamic_batching_in_train actor_train.use_dynamic_batching_in_infer",
    ),
    _no_effect(
        "it counts with dynamic batching only",
        "actor_train.max_tokens_per_microbatch_in_* actor_train.sequence_length_round_in_*",
    ),
    _refused("samples are padded, not packed", _OFF, "actor_train.use_sequence_packing actor_train.use_remove_padding"),
    _no_effect(
        "it counts with `use_sequence_packing` only",
        "actor_train.sequence_packing_args actor_train.sequence_packing_args.*",
    ),
    _no_effect("buffers of NCCL are kept between phases", "actor_train.offload_nccl"),
    _no_effect("one call at a time is made to a worker", "actor_train.max_concurrency actor_infer.max_concurrency"),
    _no_effect("only Megatron's forward pass reads it", "actor_train.logits_in_fp32"),
    _refused("routes of experts are not replayed", ("disable", None), "actor_train.router_replay.mode"),
    _no_effect("it holds `router_replay.mode`", "actor_train.router_replay"),
    _refused("heads for several tokens are not trained", ("disabled", None), "actor_train.mtp_training_mode"),
    _no_effect("`rpc_timeout` bounds every call", "actor_train.backend_timeout actor_infer.backend_timeout"),
    _no_effect("`device_mapping` gives the number of workers", "actor_train.world_size actor_infer.world_size"),
    _no_effect("a rank of the trainer has one device", "actor_train.num_gpus_per_worker"),
    _no_effect("it is a label", "actor_train.name actor_infer.name validation.name rewards.*.name"),
    _used(
        "actor_train.model_args.lora_target actor_train.model_args.lora_rank actor_train.model_args.lora_alpha",
        "actor_train.model_args.lora_dropout actor_train.model_args.additional_target actor_train.model_args.dtype",
        "actor_train.model_args.model_name_or_path actor_train.model_args.attn_implementation",
        "actor_train.model_args.disable_gradient_checkpointing actor_train.model_args.autocast_adapter_dtype",
        "actor_train.model_args.gradient_checkpointing_use_reentrant",
    ),
    _refused("only LoRA is trained", (None, 0, 0.0), "actor_train.model_args.moe_aux_loss_coef"),
    _refused("the model's own config counts", (None, {}), "actor_train.model_args.model_config_kwargs"),
    _no_effect("it is part of `model_config_kwargs`", "actor_train.model_args.model_config_kwargs.**"),
    _refused("nothing but the adapter is trained", (None,), "actor_train.model_args.freeze_module_prefix"),
    _refused("sequences are not split over devices", (0, 1, None), "actor_train.model_args.ulysses_size"),
    _refused("the model is loaded as a causal language model", (None,), "actor_train.model_args.model_type"),
    _no_effect("a rank holds the model on its own device", "actor_train.model_args.device_map"),
    _no_effect("the model has no head for classes", "actor_train.model_args.num_labels"),
    _no_effect("`--resume` takes up a run", "actor_train.model_args.adapter_name_or_path"),
    _used(
        "actor_train.training_args.learning_rate actor_train.training_args.lr_scheduler_type",
        "actor_train.training_args.weight_decay actor_train.training_args.adam_beta1",
        "actor_train.training_args.adam_beta2 actor_train.training_args.per_device_train_batch_size",
        "actor_train.training_args.gradient_accumulation_steps actor_train.training_args.warmup_ratio",
        "actor_train.training_args.warmup_steps",
    ),
    _refused("checkpoints hold the adapter", _OFF, "actor_train.training_args.save_hf_model"),
    _no_effect(
        "`model_args.dtype` and `strategy_config` give the precision",
        "actor_train.training_args.fp16 actor_train.training_args.bf16 actor_train.training_args.tf32",
    ),
    _no_effect(
        "the config's own `output_dir`, `max_steps` and `seed` count",
        "actor_train.training_args.output_dir actor_train.training_args.max_steps",
        "actor_train.training_args.*seed",
    ),
    _no_effect("steps are counted, not epochs of the data", "actor_train.training_args.num_train_epochs"),
    _no_effect("prompts are read before the first step", "actor_train.training_args.dataloader_num_workers"),
    _no_effect("the trainer generates nothing", "actor_train.generating_args actor_train.generating_args.*"),
    # Data of training and of validation
    _used(
        "actor_train.data_args.template actor_train.data_args.domain_interleave_probs",
        "actor_train.data_args.domain_interleave_probs.* actor_train.data_args.file_name",
        "actor_train.data_args.prompt actor_train.data_args.messages actor_train.data_args.tag",
        "validation validation.data_args.tag validation.data_args validation.data_args.template",
        "validation.data_args.file_name validation.data_args.prompt validation.data_args.messages",
        "validation.generating_args",
    ),
    _refused("files are read as JSON Lines", ("json", None), "*.data_args.dataset_type"),
    _refused("prompts are made of `messages` or `prompt`", (None,), "*.data_args.custom_data_kwargs_func"),
    _no_effect(
        "every row of validation is used",
        "validation.data_args.domain_interleave_probs validation.data_args.domain_interleave_probs.*",
    ),
    _no_effect("files are read before the first step", "*.data_args.preprocessing_num_workers"),
    _no_effect(
        "the RLVR pipeline reads other columns", "*.data_args.id *.data_args.response *.data_args.eval_file_name"
    ),
    _no_effect(
        "images, videos and sound are of other pipelines",
        "*.data_args.image_* *.data_args.video_* *.data_args.audio_folder",
    ),
    _used(
        "validation.generating_args.temperature validation.generating_args.top_p validation.generating_args.top_k",
        "validation.generating_args.repetition_penalty validation.generating_args.stop_strings",
        "validation.generating_args.include_stop_str_in_output validation.generating_args.num_return_sequences",
    ),
    _refused("completions are sampled, not searched", (1, None), "*.generating_args.num_beams"),
    _no_effect("lengths come from `response_length` and `val_sequence_length`", "*.generating_args.max_*"),
    _no_effect("it counts for beam search only", "*.generating_args.length_penalty"),
    _no_effect("temperature decides", "*.generating_args.do_sample"),
    _no_effect("log-probabilities are always computed", "*.generating_args.logprobs"),
    _no_effect("the engine of `actor_infer` generates for validation", "validation.**"),
    # Rollout engine
    _used(
        "actor_infer actor_infer.device_mapping actor_infer.num_gpus_per_worker actor_infer.system_envs",
        "actor_infer.system_envs.* actor_infer.strategy_args actor_infer.strategy_args.strategy_name",
        "actor_infer.strategy_args.strategy_config actor_infer.model_args actor_infer.model_args.dtype",
        "actor_infer.model_args.lora_rank actor_infer.model_args.model_name_or_path actor_infer.generating_args",
        "actor_infer.generating_args.temperature actor_infer.generating_args.top_p actor_infer.generating_args.top_k",
        "actor_infer.generating_args.repetition_penalty actor_infer.generating_args.stop_strings",
        "actor_infer.generating_args.include_stop_str_in_output",
    ),
    _no_effect("as in ROLL, it is `num_return_sequences_in_group`", "actor_infer.generating_args.num_return_sequences"),
    _refused(
        "an engine is parallel by tensors only",
        (1, None),
        "actor_infer.strategy_args.strategy_config.pipeline_*",
        "actor_infer.strategy_args.strategy_config.data_par*",
    ),
    _no_effect(
        "roll-run sets it for the adapter and the actor's devices",
        "actor_infer.strategy_args.strategy_config.distributed_executor_backend",
        "actor_infer.strategy_args.strategy_config.worker_extension_cls",
        "actor_infer.strategy_args.strategy_config.load_format actor_infer.strategy_args.strategy_config.enable_lora",
        "actor_infer.strategy_args.strategy_config.max_lora* actor_infer.strategy_args.strategy_config.sleep_level",
        "actor_infer.strategy_args.strategy_config.disable_log_stats",
    ),
    _used("actor_infer.strategy_args.strategy_config.**"),
    _refused("roll-run has an engine of its own", _ENGINES, "actor_infer.worker_cls"),
    _no_effect("vLLM forms its own batches", "actor_infer.infer_batch_size"),
    _no_effect("the adapter and its settings come from `actor_train`", "actor_infer.model_args.*"),
    _no_effect("the engine trains nothing and reads no data", "actor_infer.**"),
    # Rewards by rule
    _used("rewards rewards.* rewards.*.worker_cls rewards.*.tag_included rewards.*.world_size rewards.*.reward_type"),
    _used("rewards.*.system_envs rewards.*.system_envs.*"),
    _refused("prompts are not filtered by their scores", ("no_filter", None), "rewards.*.query_filter_config.type"),
    _no_effect("it is part of the filter", "rewards.*.query_filter_config rewards.*.query_filter_config.**"),
    _refused("rewards have no penalty for length", (0, 0.0, None), "rewards.*.response_length_penalty_coef"),
    _refused("programs run on this machine", (True, None), "rewards.*.use_local"),
    _no_effect("programs run on this machine", "rewards.*.code_url"),
    _no_effect("only judges read it, which are refused", "rewards.*.judge_* rewards.*.reward_manager_config"),
    _no_effect("the score for the format is not part of the reward", "rewards.*.format_pattern"),
    _no_effect("a reward by rule has no model", "rewards.*.**"),
)


def row_of(path: str) -> Row | None:
    """The row of a field by its dotted path; None where the table says nothing of it."""
    return next((row for row in ROWS if fits(row, path)), None)


def without_effect(config: dict[str, Any]) -> dict[str, list[str]]:
    """The settings of a composed config that have no effect in roll-run, by the reason."""
    found: dict[str, list[str]] = {}
    for path in _leaves(config, ""):
        row = row_of(path)
        if row is not None and row.treatment is Treatment.NO_EFFECT:
            found.setdefault(row.why, []).append(path)
    return found


def _leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _leaves(item, join(path, key))
    elif path:
        yield path


def fits(row: Row, path: str) -> bool:
    """Whether one of a row's patterns fits a dotted path."""
    return _expression(row.fields).fullmatch(path) is not None


@cache
def _expression(patterns: tuple[str, ...]) -> re.Pattern[str]:
    parts = {"**": r".+", "*": r"[^.]*", ".": r"\."}
    return re.compile(re.sub(r"\*\*|\*|\.", lambda found: parts[found[0]], "|".join(patterns)))
