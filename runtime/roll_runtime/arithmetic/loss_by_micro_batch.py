"""The loss of ROLL's RLVR actor before 0.2: every micro-batch is averaged by itself. `pg_variant` is not here."""

from __future__ import annotations

import torch
from torch import Tensor

from roll_runtime.arithmetic import kl, masked
from roll_runtime.arithmetic.aggregate import Counts, over_micro_batch
from roll_runtime.arithmetic.policy import Samples, clipped, length_weights, ratio_extremes, sum_of_columns
from roll_runtime.arithmetic.settings import LossSettings

_MASK_METRICS = {
    ("token", "ratio"): "actor/train_infer_ratio_mask_mean",
    ("token", "diff"): "actor/train_infer_diff_mask_mean",
    ("geometric", "ratio"): "actor/train_infer_ratio_seq_mask_mean",
    ("geometric", "diff"): "actor/train_infer_diff_seq_mask_mean",
}


def loss(
    log_probs: Tensor, entropy: Tensor, samples: Samples, counts: Counts, settings: LossSettings
) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss to minimise, and metrics by their names in ROLL; `log_probs` and `entropy` are 0 where the mask is.

    What the rest of the optimizer step counts has no effect.
    """

    def aggregate(losses: Tensor, mask: Tensor, weights: Tensor | None = None) -> Tensor:
        return over_micro_batch(losses, mask, settings.aggregation, settings.columns, weights)

    mask, weights = samples.mask, length_weights(samples.mask, settings)
    # Before the corrections touch the mask, as in ROLL.
    kl_loss = aggregate(kl.estimate(log_probs, samples.reference, "k3"), samples.loss_mask)
    loss_mask, metrics = _corrected(samples, settings)
    policy = clipped(log_probs, samples, loss_mask, settings)
    losses = policy.loss
    if (bound := settings.rollout_ratio_bound) is not None:
        ratio = (samples.old - samples.rollout).exp()
        losses = ratio.clamp(0, bound) * losses
        beyond = sum_of_columns(ratio > bound, torch.ones_like(ratio[:, 0]) > bound, settings.columns)
        metrics["actor/rollout_importance_sampling_clip"] = beyond / (len(mask) * settings.columns)
    weighted = aggregate(losses, loss_mask, weights)
    total = weighted if settings.kl_weight is None else weighted + settings.kl_weight * kl_loss
    total = settings.policy_weight * total
    if settings.entropy_weight > 0:
        total = total - settings.entropy_weight * aggregate(entropy, mask)
    good = (samples.scores > 0).to(mask.dtype)[:, None]
    if settings.positive_weight > 0:
        part = aggregate(-log_probs * samples.advantages, loss_mask * good)
        total = total + settings.positive_weight * part
        metrics["actor/postive_loss"] = part.detach()
    if settings.negative_weight > 0:
        bounded = (log_probs.detach() - samples.old).exp().clamp(0, 1)
        part = aggregate(-bounded * log_probs * samples.advantages, loss_mask * (1 - good))
        total = total + settings.negative_weight * part
        metrics["actor/topr_neg_loss"] = part.detach()
    with torch.no_grad():
        low, high = policy.low / (len(mask) * settings.columns), policy.high / (len(mask) * settings.columns)
        largest, smallest = ratio_extremes(policy.ratio, mask)
        valid = masked.any_in_row(samples.loss_mask).sum()
        metrics |= {
            "actor/pg_loss": aggregate(losses, loss_mask),
            "actor/weighted_pg_loss": weighted.detach(),
            "actor/kl_loss": kl_loss.detach(),
            "actor/total_loss": total.detach(),
            "actor/approxkl": aggregate(kl.estimate(log_probs, samples.old, "mse"), mask),
            "actor/policykl": aggregate(kl.estimate(log_probs, samples.old, "kl"), mask),
            "actor/clipfrac": aggregate(policy.takes_effect, mask),
            "actor/valid_samples": valid,
            "actor/total_samples": torch.tensor(float(len(mask))),
            "actor/valid_sample_ratio": valid / len(mask),
            "actor/sample_weights_mean": weights.mean(),
            "actor/sample_weights_min": weights.min(),
            "actor/sample_weights_max": weights.max(),
            "actor/ppo_ratio_low_clipfrac": low,
            "actor/ppo_ratio_high_clipfrac": high,
            "actor/ppo_ratio_clipfrac": low + high,
            "actor/ratio_mean": masked.row_mean(policy.ratio, mask).mean(),
            "actor/ratio_max": largest,
            "actor/ratio_min": smallest,
        }
    return total, metrics


def _corrected(samples: Samples, settings: LossSettings) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss mask without tokens, or samples, on which trainer and engine are too far apart."""
    mask, loss_mask = samples.mask, samples.loss_mask
    token = {
        "ratio": samples.old - samples.rollout,
        "diff": samples.old.exp() - samples.rollout.exp(),
    }
    metrics = {
        "actor/train_infer_ratio_mean": masked.row_mean(token["ratio"].exp(), mask).mean(),
        "actor/train_infer_diff_mean": masked.row_mean(token["diff"], mask).mean(),
        **{name: torch.tensor(1.0) for name in _MASK_METRICS.values()},
    }
    for rule in settings.correction.filters:
        for kind, bounds in (("ratio", rule.ratio), ("diff", rule.difference)):
            if bounds is None:
                continue
            apart = token[kind]
            if rule.granularity == "geometric":
                apart = masked.row_mean(apart, mask)[:, None].expand_as(apart)
            apart = apart.exp() if kind == "ratio" else apart
            within = ((apart >= bounds.low) & (apart <= bounds.high)).to(mask.dtype)
            metrics[_MASK_METRICS[rule.granularity, kind]] = masked.row_mean(within, loss_mask).mean()
            loss_mask = loss_mask * within
    return loss_mask, metrics
