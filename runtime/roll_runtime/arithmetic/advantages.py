"""From one score per sample to one advantage per token, domain by domain. What needs a critic (`gae`) is not here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from roll_runtime.arithmetic import kl, masked
from roll_runtime.arithmetic.sample_masks import sample_masks
from roll_runtime.arithmetic.settings import AdvantageSettings, MaskSettings

_TINY = 1e-6


class Scored(NamedTuple):
    """Samples with their scores; the samples of a prompt follow one another. `old` is 0 where it is not computed."""

    mask: Tensor
    scores: Tensor
    old: Tensor
    reference: Tensor

    def rows(self, chosen: Tensor) -> Scored:
        """Some of the samples."""
        return Scored(*(values[chosen] for values in self))


class Shaped(NamedTuple):
    """What scores become, and the metrics on the way by their names in ROLL."""

    normalised: Tensor
    token_rewards: Tensor
    raw_advantages: Tensor
    advantages: Tensor
    loss_mask: Tensor
    metrics: dict[str, float]


def shape(
    samples: Scored,
    domains: Iterable[tuple[str, Tensor]],
    settings: AdvantageSettings,
    masks: MaskSettings,
    coefficient: kl.Coefficient,
) -> Shaped:
    """All domains one after the other, since each moves the KL coefficient; metrics are `domain/name`."""
    tokens, raw, result, loss_mask = (torch.zeros_like(samples.mask) for _ in range(4))
    shaped = Shaped(torch.zeros_like(samples.scores), tokens, raw, result, loss_mask, {})
    for domain, rows in domains:
        part = shape_domain(samples.rows(rows), settings, masks, coefficient)
        for whole, own in zip(shaped[:-1], part[:-1], strict=True):
            whole[rows] = own
        shaped.metrics.update({f"{domain}/{name}": value for name, value in part.metrics.items()})
    return shaped


def shape_domain(
    samples: Scored, settings: AdvantageSettings, masks: MaskSettings, coefficient: kl.Coefficient
) -> Shaped:
    """The samples of one domain. Raises ValueError where ROLL fails: whitening over one token."""
    mask = samples.mask
    counted = sample_masks(mask.sum(1), samples.scores, masks)
    counts = torch.stack(list(counted.values())).prod(0)
    loss_mask = mask * counts[:, None]
    metrics = {f"actor/{name}_mask_ratio": own.mean().item() for name, own in counted.items()}
    metrics["actor/final_mask_ratio"] = counts.mean().item()
    metrics["actor/samples_used"] = counts.sum().item()
    metrics["actor/samples_total"] = float(len(counts))

    normalised = normalise(samples.scores, settings)
    metrics["critic/reward_clip_frac"] = 0.0
    if settings.reward_clip:
        metrics["critic/reward_clip_frac"] = beyond(normalised, settings.reward_clip) / len(normalised)
        normalised = normalised.clamp(-settings.reward_clip, settings.reward_clip)

    token_rewards = on_last_token(normalised, mask)
    divergence = kl.estimate(samples.old, samples.reference, settings.kl_estimator) * mask
    weight = coefficient.value if settings.kl_in_rewards else 0.0
    token_rewards = token_rewards - weight * divergence
    metrics["critic/kl"] = masked.row_mean(divergence, mask).mean().item()
    metrics["critic/kl_coef"] = weight
    coefficient.update(metrics["critic/kl"], len(mask))
    everywhere = len(mask) * settings.columns
    if settings.reward_clip:
        metrics["critic/token_reward_clip_frac"] = beyond(token_rewards, settings.reward_clip) / everywhere
        token_rewards = token_rewards.clamp(-settings.reward_clip, settings.reward_clip)

    something_counts = bool(loss_mask.any())
    rewards = token_rewards
    if settings.whiten_rewards and something_counts:
        rewards = masked.whiten(rewards, loss_mask)
    raw = returns(rewards * loss_mask, settings.gamma)
    result = masked.whiten(raw, loss_mask) if settings.whiten_advantages and something_counts else raw
    result = result * loss_mask
    if settings.advantage_clip is not None:
        metrics["critic/advantage_clip_frac"] = beyond(result, settings.advantage_clip) / everywhere
        result = result.clamp(-settings.advantage_clip, settings.advantage_clip)
    return Shaped(normalised, token_rewards, raw, result, loss_mask, metrics)


def normalise(scores: Tensor, settings: AdvantageSettings) -> Tensor:
    """Scores less their mean and over their standard deviation, of the batch or of each prompt's group.

    Raises ValueError where ROLL fails: for groups' standard deviations without their means, and for `running`.
    """
    if settings.std == "group" and settings.mean != "group":
        raise ValueError("`norm_std_type: group` needs `norm_mean_type: group`")
    if "running" in (settings.mean, settings.std):
        raise ValueError("`running` normalization fails in ROLL")
    groups = scores.view(-1, settings.group)
    result = groups
    if settings.mean is not None:
        result = result - (scores.mean() if settings.mean == "batch" else groups.mean(1, keepdim=True))
    if settings.std is not None:
        result = result / ((scores.std() if settings.std == "batch" else groups.std(1, keepdim=True)) + _TINY)
    return result.reshape(-1)


def on_last_token(rewards: Tensor, mask: Tensor) -> Tensor:
    """Each sample's reward on the last token of its completion; an empty one has no place for it."""
    result = torch.zeros_like(mask)
    last = (mask.sum(1) - 1).clamp_min(0).long()
    result[torch.arange(len(rewards)), last] = rewards
    return torch.where(mask > 0, result, 0.0)


def returns(rewards: Tensor, gamma: float) -> Tensor:
    """Sum of the rewards from each token on, discounted by gamma per token."""
    if gamma == 1:
        return rewards.flip(1).cumsum(1).flip(1)
    result = torch.zeros_like(rewards)
    running = torch.zeros_like(rewards[:, 0])
    for token in reversed(range(rewards.shape[1])):
        running = rewards[:, token] + gamma * running
        result[:, token] = running
    return result


def beyond(values: Tensor, bound: float) -> int:
    """How many values clamping to ±bound changes."""
    return int((values.abs() > bound).sum())
