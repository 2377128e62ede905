"""The loss of ROLL's RLVR actor from 0.2 on: averaged over the whole optimizer step, on all ranks.

`pg_variant` is not here. `postive_loss_coef` and `use_topr_neg_loss_coef` have no effect in these releases.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from roll_runtime.arithmetic import correction, kl, masked
from roll_runtime.arithmetic.aggregate import Count, Counts, over_step
from roll_runtime.arithmetic.policy import Samples, clipped, length_weights, ratio_extremes
from roll_runtime.arithmetic.settings import LossSettings


def loss(
    log_probs: Tensor,
    entropy: Tensor,
    samples: Samples,
    counts: Counts,
    settings: LossSettings,
    report: correction.Report,
) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss to minimise, and metrics by their names in ROLL; `log_probs` and `entropy` are 0 where the mask is.

    Samples without importance weights are corrected here, by this micro-batch's own log-probabilities.
    """
    entropy_mask, metrics = samples.mask, {}
    if samples.weights is None:
        corrected = correction.correct(
            samples.old, samples.rollout, samples.mask, counts.mask, settings.correction, settings.columns, report
        )
        metrics = corrected.metrics
        samples = replace(
            samples,
            mask=samples.mask * corrected.keep,
            loss_mask=samples.loss_mask * corrected.keep,
            weights=corrected.weights,
        )
    mask, loss_mask, weights = samples.mask, samples.loss_mask, length_weights(samples.mask, settings)
    aggregate = partial(over_step, mode=settings.aggregation, columns=settings.columns)
    kl_loss = aggregate(kl.estimate(log_probs, samples.reference, "k3") * loss_mask, loss_mask, count=counts.loss)
    policy = clipped(log_probs, samples, loss_mask, settings)
    losses = policy.loss * samples.weights
    weighted = aggregate(losses, loss_mask, count=counts.loss, weights=weights)
    total = weighted if settings.kl_weight is None else weighted + settings.kl_weight * kl_loss
    total = settings.policy_weight * total
    if settings.entropy_weight > 0:
        total = total - settings.entropy_weight * aggregate(entropy, entropy_mask, count=counts.mask)
    with torch.no_grad():
        low, high = policy.low / counts.loss.tokens, policy.high / counts.loss.tokens
        largest, smallest = ratio_extremes(policy.ratio, mask)
        valid = masked.any_in_row(loss_mask).sum()
        clip_count = Count(counts.loss.tokens, counts.mask.samples)
        ratio_mean = over_step(policy.ratio, mask, "seq-mean-token-mean", settings.columns, counts.mask)
        metrics |= {
            "actor/pg_loss@sum": aggregate(losses, loss_mask, count=counts.loss),
            "actor/weighted_pg_loss@sum": weighted.detach(),
            "actor/kl_loss@sum": kl_loss.detach(),
            "actor/total_loss@sum": total.detach(),
            "actor/approxkl@sum": aggregate(kl.estimate(log_probs, samples.old, "mse") * mask, mask, count=counts.mask),
            "actor/policykl@sum": aggregate(kl.estimate(log_probs, samples.old, "kl") * mask, mask, count=counts.mask),
            "actor/clipfrac@sum": aggregate(policy.takes_effect, mask, count=clip_count),
            "actor/valid_samples@sum": valid,
            "actor/total_samples@sum": torch.tensor(float(len(mask))),
            "actor/valid_sample_ratio@sum": valid / counts.mask.samples,
            "actor/sample_weights_mean@mean": weights.mean(),
            "actor/sample_weights_min@min": weights.min(),
            "actor/sample_weights_max@max": weights.max(),
            "actor/ppo_ratio_low_clipfrac@sum": low,
            "actor/ppo_ratio_high_clipfrac@sum": high,
            "actor/ppo_ratio_clipfrac@sum": low + high,
            "actor/ratio_mean@sum": ratio_mean,
            "actor/ratio_max@max": largest,
            "actor/ratio_min@min": smallest,
        }
    return total, metrics
