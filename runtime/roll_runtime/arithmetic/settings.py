"""What the arithmetic goes by: plain values, which a recipe computes from the config."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdvantageSettings:
    """From scores to advantages; None switches a step off, `columns` is the width of ROLL's tensors."""

    group: int
    columns: int
    mean: str | None
    std: str | None
    reward_clip: float | None
    kl_estimator: str
    kl_in_rewards: bool
    whiten_rewards: bool
    whiten_advantages: bool
    advantage_clip: float | None
    gamma: float


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """Which samples count; None switches a mask off, lengths are in tokens."""

    group: int
    longest: int | None
    difficulty: tuple[float, float] | None
    wrong_from: int | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What stays in the loss: `low` to `high`, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Filter:
    """Leaves tokens out by how far trainer and engine are apart: by `ratio`, by `difference`, or by both.

    `granularity` is `token`, `segment`, `geometric` (the mean of the sample) or `sequence` (its sum).
    """

    granularity: str
    ratio: Bounds | None
    difference: Bounds | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What is done about a trainer and an engine that disagree; `weight` is the granularity of importance weights."""

    filters: tuple[Filter, ...] = ()
    weight: str | None = None
    weight_bound: float | None = None


@dataclass(frozen=True, slots=True)
class LossSettings:
    """Weights and bounds of the loss; 0, False or None leaves a part out.

    `dual_clip` is the largest ratio that a negative advantage is multiplied by; `scale_by_step` multiplies the loss by
    the micro-batches of an optimizer step on all ranks, over which it is averaged later.
    """

    columns: int
    clip_low: float
    clip_high: float
    dual_clip: float | None
    aggregation: str
    by_sample: bool
    policy_weight: float
    kl_weight: float | None
    entropy_weight: float
    positive_weight: float
    negative_weight: float
    rollout_ratio_bound: float | None
    correction: Correction
    weigh_length: bool
    scale_by_step: bool
