"""The policy loss of a micro-batch, with every part that ROLL's RLVR actor has.

All tensors are [samples, response length] and about the tokens of answers only; `mask` is 1 on those that count. Left
out: `pg_variant` of ROLL's ActorPGWorker, and the critic's loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from roll_runtime import kl, masked
from roll_runtime.settings import LossSettings


@dataclass(frozen=True, slots=True)
class Samples:
    """A micro-batch; `old` are log-probabilities when it was sampled, `rollout` those that the engine gave."""

    mask: Tensor
    loss_mask: Tensor
    advantages: Tensor
    scores: Tensor
    old: Tensor
    rollout: Tensor
    reference: Tensor | None = None
    difficulty: Tensor | None = None


def policy_loss(
    log_probs: Tensor, entropy: Tensor | None, samples: Samples, settings: LossSettings
) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss to minimise and what to report of it, numbers that stay where they are computed."""
    mask = _corrected(samples, settings)
    weights = sample_weights(samples, settings)
    ratio = _ratio(log_probs, samples.old, mask, settings)
    clipped = ratio.clamp(1 - settings.clip_low, 1 + settings.clip_high)
    gain = torch.minimum(ratio * samples.advantages, clipped * samples.advantages)
    if settings.dual_clip is not None:
        floor = torch.maximum(gain, settings.dual_clip * samples.advantages)
        gain = torch.where(samples.advantages < 0, floor, gain)
    if settings.rollout_ratio_bound is not None:
        gain = gain * (samples.old - samples.rollout).exp().clamp(0, settings.rollout_ratio_bound)
    loss = aggregate(-gain, mask, settings.aggregation, weights)
    metrics = {"policy_loss": loss.detach()}
    if settings.kl_weight and samples.reference is not None:
        divergence = aggregate(kl.estimate(log_probs, samples.reference, "k3"), mask, settings.aggregation)
        metrics["kl_loss"] = divergence.detach()
        loss = loss + settings.kl_weight * divergence
    loss = settings.policy_weight * loss
    if settings.entropy_weight > 0 and entropy is not None:
        loss = loss - settings.entropy_weight * aggregate(entropy, samples.mask, settings.aggregation)
    good = (samples.scores > 0).to(mask.dtype)[:, None]
    if settings.positive_weight > 0:
        part = aggregate(-log_probs * samples.advantages, mask * good, settings.aggregation)
        loss = loss + settings.positive_weight * part
    if settings.negative_weight > 0:
        bounded = (log_probs.detach() - samples.old).exp().clamp(0, 1)
        part = aggregate(-bounded * log_probs * samples.advantages, mask * (1 - good), settings.aggregation)
        loss = loss + settings.negative_weight * part
    with torch.no_grad():
        outside = ((ratio < 1 - settings.clip_low) | (ratio > 1 + settings.clip_high)).to(mask.dtype)
        metrics["loss"] = loss.detach()
        metrics["clip_fraction"] = masked.mean(outside, samples.mask)
        metrics["ratio_mean"] = masked.mean(ratio, samples.mask)
        metrics["old_kl"] = masked.mean(kl.estimate(log_probs, samples.old, "mse"), samples.mask)
        if entropy is not None:
            metrics["entropy"] = masked.mean(entropy, samples.mask)
    return loss, metrics


def mean_report(reports: Sequence[Mapping[str, float | Tensor]]) -> dict[str, float]:
    """The mean of what several micro-batches, or ranks, report; all of them have the same names."""
    return {name: float(sum(report[name] for report in reports)) / len(reports) for name in reports[0]}


def aggregate(losses: Tensor, mask: Tensor, how: str, weights: Tensor | None = None) -> Tensor:
    """One number from the losses of tokens, by `loss_agg_mode`; samples without a token that counts do not count.

    Raises ValueError for an unknown mode.
    """
    weights = torch.ones_like(mask[:, 0]) if weights is None else weights
    if how == "token-mean":
        return masked.mean(losses * weights[:, None], mask)
    if how == "seq-mean-token-mean":
        rows = masked.row_mean(losses, mask)
    elif how in ("seq-mean-token-sum", "seq-mean-token-sum-norm"):
        rows = (losses * mask).sum(-1)
    else:
        raise ValueError(how)
    total = (rows * weights).sum()
    if how == "seq-mean-token-sum-norm":
        return total / mask.shape[-1]
    return total / (mask.sum(-1) > 0).sum().clamp_min(1)


def sample_weights(samples: Samples, settings: LossSettings) -> Tensor:
    """Weights of the samples, 1 on average: the harder ones up to four times, the longest down to a third."""
    weights = torch.ones_like(samples.mask[:, 0])
    if settings.weigh_difficulty and samples.difficulty is not None:
        weights = weights * (0.5 + 1.5 * samples.difficulty.clamp(0, 1))
    if settings.weigh_length:
        lengths = samples.mask.sum(1)
        spread = (lengths.max() - lengths.min()).clamp_min(1e-8)
        weights = weights * (1.5 - (lengths - lengths.min()) / spread)
    return weights / weights.mean()


def _ratio(log_probs: Tensor, old: Tensor, mask: Tensor, settings: LossSettings) -> Tensor:
    """How much likelier each token has become: its own ratio, or the geometric mean of its sample's."""
    difference = log_probs - old
    if settings.by_sample:
        return masked.row_mean(difference, mask).exp()[:, None].expand_as(difference)
    return difference.exp()


def _corrected(samples: Samples, settings: LossSettings) -> Tensor:
    """The loss mask without tokens, or samples, on which trainer and rollout engine are too far apart."""
    mask = samples.loss_mask
    difference = samples.old - samples.rollout
    probability = samples.old.exp() - samples.rollout.exp()
    for correction in settings.corrections:
        apart = difference if correction.of == "ratio" else probability
        if correction.whole_sample:
            apart = masked.row_mean(apart, samples.mask)[:, None].expand_as(apart)
        apart = apart.exp() if correction.of == "ratio" else apart
        mask = mask * ((apart >= correction.low) & (apart <= correction.high)).to(mask.dtype)
    return mask
