"""What a checked config comes to: sizes, settings and places, computed as ROLL computes them.

Nothing here starts anything; what cannot be run is refused before, by the rules of the group `run`.
"""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import Any

from roll_runtime.settings import (
    Batches,
    Correction,
    Lora,
    LossSettings,
    MaskSettings,
    Optimization,
    Sampling,
    Shaping,
)
from roll_schema.facts.catalog import is_pattern, target_names
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.planning import workers

_CORRECTIONS = (("ratio", False), ("ratio", True), ("diff", False), ("diff", True))


class Recipe:
    """The effective settings of a run; a thin view of the config, whose own values are read where they stand."""

    def __init__(self, config: RLVRConfig) -> None:
        self.config = config
        self.trainer: WorkerConfig = config.actor_train
        self.engine: WorkerConfig = config.actor_infer

    @property
    def name(self) -> str:
        return self.config.exp_name or "run"

    @property
    def folder(self) -> Path:
        """Where everything that the run writes goes."""
        return Path(self.config.output_dir or "./output") / self.name

    @property
    def model(self) -> str:
        return workers.model_of(self.config, "actor_train") or ""

    @property
    def backend(self) -> str:
        """The trainer's, by the name that configs have for it."""
        return self.trainer.strategy_args.strategy_name

    @property
    def prompt_length(self) -> int:
        return self.config.prompt_length or 0

    @property
    def response_length(self) -> int:
        """Longest answer: ROLL rewrites `max_new_tokens` to it."""
        return workers.sample_length(self.config) - self.prompt_length

    @property
    def template(self) -> str:
        return self.config.global_template or self.trainer.data_args.template or "native"

    @property
    def shares(self) -> dict[str, float]:
        """The share of each domain in a step's prompts."""
        return self.trainer.data_args.domain_interleave_probs or {}

    @property
    def uses_reference(self) -> bool:
        return workers.uses_reference(self.config)

    @property
    def lora(self) -> Lora:
        arguments = self.trainer.model_args
        text = arguments.lora_target
        rank = arguments.lora_rank or 8
        return Lora(
            targets=text if is_pattern(text) or text == "all-linear" else list(filter(None, target_names(text))),
            rank=rank,
            alpha=arguments.lora_alpha or 2 * rank,
            dropout=arguments.lora_dropout or 0.0,
            trained_in_full=tuple(filter(None, map(str.strip, (arguments.additional_target or "").split(",")))),
        )

    @property
    def batches(self) -> Batches:
        training = self.trainer.training_args
        return Batches(
            prompts=self.config.rollout_batch_size,
            group=self.config.num_return_sequences_in_group,
            ranks=len(workers.device_ids(self.trainer) or ()),
            micro=training.per_device_train_batch_size,
            accumulation=training.gradient_accumulation_steps,
            epochs=self.config.ppo_epochs,
            no_grad=self.trainer.infer_batch_size or training.per_device_train_batch_size,
        )

    @property
    def recomputes(self) -> bool:
        """Whether the trainer computes the samples' log-probabilities before it trains on them.

        With one optimizer step per batch they are those of the training pass itself, which costs nothing.
        """
        if self.config.force_disable_old_logprobs_recompute:
            return False
        several = self.batches.optimizer_steps > 1
        return self.config.enable_old_logprobs_recompute or several or self.config.add_token_level_kl

    @property
    def optimization(self) -> Optimization:
        training = self.trainer.training_args
        total = max(self.config.max_steps * self.batches.optimizer_steps, 1)
        return Optimization(
            learning_rate=training.learning_rate,
            weight_decay=training.weight_decay,
            betas=(training.adam_beta1, training.adam_beta2),
            schedule=training.lr_scheduler_type,
            warmup=training.warmup_steps or ceil(training.warmup_ratio * total),
            total=total,
            max_grad_norm=self.config.max_grad_norm,
        )

    @property
    def rollout_sampling(self) -> Sampling:
        return self._sampling(self.engine, self.batches.group, self.response_length)

    @property
    def validation_sampling(self) -> Sampling | None:
        """None where nothing is validated."""
        validation = self.config.validation
        if validation is None or validation.data_args is None:
            return None
        longest = self.response_length
        if self.config.val_sequence_length and self.config.val_prompt_length:
            longest = self.config.val_sequence_length - self.config.val_prompt_length
        count = (validation.generating_args.num_return_sequences if validation.generating_args else None) or 1
        return self._sampling(validation, count, longest)

    @property
    def shaping(self) -> Shaping:
        config = self.config
        grouped = config.adv_estimator == "grpo"
        return Shaping(
            group=self.batches.group,
            mean="group" if grouped else config.norm_mean_type,
            std="group" if grouped else config.norm_std_type,
            reward_clip=config.reward_clip,
            whiten_rewards=config.whiten_rewards,
            whiten_advantages=config.whiten_advantages,
            advantage_clip=config.advantage_clip,
            gamma=config.gamma,
        )

    @property
    def masks(self) -> MaskSettings:
        config = self.config
        return MaskSettings(
            group=self.batches.group,
            longest=self.response_length if config.max_len_mask else None,
            difficulty=(config.difficulty_low_threshold, config.difficulty_high_threshold)
            if config.difficulty_mask
            else None,
            wrong_from=config.error_max_len_threshold if config.error_max_len_clip else None,
        )

    @property
    def loss(self) -> LossSettings:
        config = self.config
        clip = config.pg_clip or 0.2
        return LossSettings(
            clip_low=(config.pg_clip_low or 0.0) if config.use_pg_clip_range else clip,
            clip_high=(config.pg_clip_high or 0.0) if config.use_pg_clip_range else clip,
            dual_clip=1 + 2 * clip if config.dual_clip_loss else None,
            aggregation=config.loss_agg_mode,
            by_sample=config.importance_sampling == "seq",
            policy_weight=_or(config.rl_loss_coef, 1.0),
            kl_weight=config.kl_loss_coef if config.use_kl_loss else 0.0,
            entropy_weight=config.entropy_loss_coef,
            positive_weight=config.postive_loss_coef or 0.0,
            negative_weight=config.use_topr_neg_loss_coef or 0.0,
            rollout_ratio_bound=config.rollout_importance_sampling_ratio_upper_bound
            if config.use_rollout_importance_sampling_ratio
            else None,
            corrections=tuple(self._corrections()),
            weigh_difficulty=bool(config.difficulty_loss_weight),
            weigh_length=bool(config.length_loss_weight),
        )

    def _corrections(self) -> list[Correction]:
        found = []
        for of, whole in _CORRECTIONS:
            base = f"train_infer_{of}_seq" if whole else f"train_infer_{of}"
            if getattr(self.config, f"{base}_mask"):
                low, high = (getattr(self.config, f"{base}_threshold_{end}") for end in ("low", "high"))
                found.append(Correction(of, whole, low, high))
        return found

    def _sampling(self, worker: WorkerConfig, count: int, longest: int) -> Sampling:
        given = worker.generating_args
        return Sampling(
            count=count,
            temperature=_or(given.temperature, 1.0),
            top_p=_or(given.top_p, 1.0),
            top_k=max(given.top_k or 0, 0),
            repetition_penalty=_or(given.repetition_penalty, 1.0),
            longest=longest,
            stop=tuple(given.stop_strings or ()),
            keep_stop=bool(given.include_stop_str_in_output),
        )


def strategy_settings(worker: WorkerConfig) -> dict[str, Any]:
    """A copy of a role's `strategy_config`."""
    strategy = worker.strategy_args
    return dict(strategy.strategy_config or {}) if strategy is not None else {}


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
