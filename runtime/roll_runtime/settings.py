"""The settings that each part of a run goes by: plain values, which a recipe computes from the config."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lora:
    """The adapter, in PEFT's terms: `targets` is a list of names, or one regular expression."""

    targets: list[str] | str
    rank: int
    alpha: int
    dropout: float
    trained_in_full: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batches:
    """How a step's samples are split; `ranks` are those of the trainer."""

    prompts: int
    group: int
    ranks: int
    micro: int
    accumulation: int
    epochs: int
    no_grad: int

    @property
    def samples(self) -> int:
        return self.prompts * self.group

    @property
    def optimizer_steps(self) -> int:
        """Optimizer steps that a step of the pipeline makes."""
        return self.epochs * (self.samples // (self.ranks * self.micro * self.accumulation))


@dataclass(frozen=True, slots=True)
class Sampling:
    """How answers are sampled, in the terms of both engines; `top_k` is 0 where it is off."""

    count: int
    temperature: float
    top_p: float
    top_k: int
    repetition_penalty: float
    longest: int
    stop: tuple[str, ...]
    keep_stop: bool


@dataclass(frozen=True, slots=True)
class Optimization:
    """Optimizer and schedule of the trainer; `total` counts optimizer steps of the whole run."""

    learning_rate: float
    weight_decay: float
    betas: tuple[float, float]
    schedule: str
    warmup: int
    total: int
    max_grad_norm: float


@dataclass(frozen=True, slots=True)
class Shaping:
    """What is done to rewards and advantages; None switches a step off."""

    group: int
    mean: str | None
    std: str | None
    reward_clip: float | None
    whiten_rewards: bool
    whiten_advantages: bool
    advantage_clip: float | None
    gamma: float


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """None switches a mask off; lengths are in tokens."""

    group: int
    longest: int | None
    difficulty: tuple[float, float] | None
    wrong_from: int | None


@dataclass(frozen=True, slots=True)
class Correction:
    """A mask on how far trainer and rollout engine are apart; `of` is `ratio` or `diff`, by token or whole sample."""

    of: str
    whole_sample: bool
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LossSettings:
    """Weights and bounds of the loss; a weight of 0 leaves a part out, `rollout_ratio_bound` None the correction."""

    clip_low: float
    clip_high: float
    dual_clip: float | None
    aggregation: str
    by_sample: bool
    policy_weight: float
    kl_weight: float
    entropy_weight: float
    positive_weight: float
    negative_weight: float
    rollout_ratio_bound: float | None
    corrections: tuple[Correction, ...]
    weigh_difficulty: bool
    weigh_length: bool
