"""What a checked config comes to: sizes, settings and places, computed as ROLL computes them.

Nothing here starts anything; what cannot be run is refused before, by the rules of the group `run`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roll_runtime.arithmetic.settings import (
    AdvantageSettings,
    Bounds,
    Correction,
    Filter,
    LossSettings,
    MaskSettings,
)
from roll_runtime.settings import Batches, Lora, Optimization, Sampling
from roll_schema.facts.catalog import is_pattern, target_names
from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.planning import workers

if TYPE_CHECKING:
    from roll_runtime.arithmetic.releases import Arithmetic

_MASKS = (("token", "ratio", ""), ("token", "diff", ""), ("geometric", "ratio", "_seq"), ("geometric", "diff", "_seq"))
"""`train_infer_ratio_mask` and its like before ROLL 0.2: granularity, kind and suffix, in the order of ROLL."""


class Recipe:
    """The effective settings of a run; a thin view of the config, whose own values are read where they stand."""

    def __init__(self, config: RLVRConfig, release: str) -> None:
        self.config = config
        self.release = release
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
    def resumed(self) -> Path | None:
        """The checkpoint that the config itself says to go on from."""
        named = self.config.resume_from_checkpoint
        return Path(named) if isinstance(named, str) and named else None

    @property
    def copies(self) -> Path | None:
        """Where checkpoints are copied to, by `checkpoint_config`; None where they stay in the run's folder alone."""
        given: dict[str, Any] = self.config.checkpoint_config or {}
        place = given.get("output_dir")
        return Path(place) / self.name if place else None

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

        Else those of a sample's first forward pass stand for them. Before ROLL 0.1.3 there is no choice.
        """
        config = self.config
        if config.force_disable_old_logprobs_recompute:
            return False
        if config.enable_old_logprobs_recompute is None:
            return True
        weights_change = self.batches.optimizer_steps > self.batches.epochs
        return config.enable_old_logprobs_recompute or weights_change or config.init_kl_coef > 0

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
    def arithmetic(self) -> Arithmetic:
        """The functions of the config's release of ROLL."""
        from roll_runtime.arithmetic.releases import ARITHMETIC  # which imports torch

        return ARITHMETIC[self.release]

    @property
    def columns(self) -> int:
        """Width of ROLL's tensors by token: those that follow the first one of the longest sample."""
        return workers.sample_length(self.config) - 1

    @property
    def advantages(self) -> AdvantageSettings:
        config = self.config
        grouped = config.adv_estimator == "grpo"
        return AdvantageSettings(
            group=self.batches.group,
            columns=self.columns,
            mean="group" if grouped else config.norm_mean_type,
            std="group" if grouped else config.norm_std_type,
            reward_clip=config.reward_clip,
            kl_estimator=config.kl_penalty,
            kl_in_rewards=config.add_token_level_kl,
            whiten_rewards=config.whiten_rewards,
            whiten_advantages=config.whiten_advantages,
            advantage_clip=config.advantage_clip,
            gamma=config.gamma,
        )

    @property
    def masks(self) -> MaskSettings:
        config = self.config
        difficulty = (config.difficulty_low_threshold, config.difficulty_high_threshold)
        return MaskSettings(
            group=self.batches.group,
            longest=self.response_length if config.max_len_mask else None,
            difficulty=difficulty if config.difficulty_mask else None,
            wrong_from=config.error_max_len_threshold if config.error_max_len_clip else None,
        )

    @property
    def loss(self) -> LossSettings:
        config = self.config
        clip = _or(config.pg_clip, 0.0)
        low, high = (config.pg_clip_low, config.pg_clip_high) if config.use_pg_clip_range else (clip, clip)
        return LossSettings(
            columns=self.columns,
            clip_low=_or(low, 0.0),
            clip_high=_or(high, 0.0),
            dual_clip=1 + 2 * clip if config.dual_clip_loss else None,
            aggregation=config.loss_agg_mode,
            by_sample=config.importance_sampling == "seq",
            policy_weight=config.rl_loss_coef,
            kl_weight=config.kl_loss_coef if config.use_kl_loss else None,
            entropy_weight=config.entropy_loss_coef,
            positive_weight=config.postive_loss_coef,
            negative_weight=config.use_topr_neg_loss_coef,
            rollout_ratio_bound=config.rollout_importance_sampling_ratio_upper_bound
            if config.use_rollout_importance_sampling_ratio
            else None,
            correction=self._correction(),
            weigh_length=config.length_loss_weight,
            scale_by_step=bool(self.trainer.apply_loss_scale),
        )

    def variables(self, worker: WorkerConfig) -> dict[str, str]:
        """Environment variables of a role's workers: those of all workers, and over them its own."""
        given = (self.config.system_envs or {}) | (worker.system_envs or {})
        return {str(name): str(value) for name, value in given.items()}

    def _correction(self) -> Correction:
        """Of `train_infer_correction`, or of the masks that releases without it have."""
        given = self.config.train_infer_correction
        if given is None:
            return Correction(filters=tuple(self._masks()))
        filters = tuple(
            Filter(
                rule.agg_type,
                Bounds(rule.ratio_low, rule.ratio_high) if rule.enabled and rule.ratio_enabled else None,
                Bounds(rule.diff_low, rule.diff_high) if rule.enabled and rule.diff_enabled else None,
            )
            for rule in given.filters
        )
        weight = given.is_weight
        return Correction(filters, weight.weight_type if weight.enabled else None, weight.upper_bound)

    def _masks(self) -> Iterator[Filter]:
        for granularity, kind, suffix in _MASKS:
            base = f"train_infer_{kind}{suffix}"
            if getattr(self.config, f"{base}_mask"):
                bounds = Bounds(*(getattr(self.config, f"{base}_threshold_{end}") for end in ("low", "high")))
                yield Filter(granularity, *((bounds, None) if kind == "ratio" else (None, bounds)))

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
