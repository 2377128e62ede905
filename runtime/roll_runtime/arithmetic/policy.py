"""The policy loss of each token, before it is aggregated: what all releases have alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from roll_runtime.arithmetic import masked
from roll_runtime.arithmetic.settings import LossSettings

_TINY = 1e-8
_NO_TOKEN = 1e10


@dataclass(frozen=True, slots=True)
class Samples:
    """A micro-batch; what is by token is 0 where `mask` is.

    `mask` has the tokens of the completions, `loss_mask` those that count in the loss; `old` are log-probabilities
    before the step, `rollout` those that the engine gave, and `weights` importance weights on the loss.
    """

    mask: Tensor
    loss_mask: Tensor
    advantages: Tensor
    scores: Tensor
    old: Tensor
    rollout: Tensor
    reference: Tensor
    weights: Tensor | None = None

    @classmethod
    def of(cls, batch: Mapping[str, Tensor], old: Tensor) -> Samples:
        """From a batch and the old policy, which stands for a reference left out."""
        return cls(
            mask=batch["mask"],
            loss_mask=batch["loss_mask"],
            advantages=batch["advantages"],
            scores=batch["scores"],
            old=old,
            rollout=batch["rollout"],
            reference=batch.get("reference", old),
            weights=batch.get("weights"),
        )


class Clipped(NamedTuple):
    """The ratio of the new policy to the old one, the loss that follows, and where clipping takes effect.

    `low` and `high` count ratios beyond the bounds in ROLL's whole tensors, with prompts and padding.
    """

    ratio: Tensor
    loss: Tensor
    low: Tensor
    high: Tensor
    takes_effect: Tensor


def clipped(log_probs: Tensor, samples: Samples, loss_mask: Tensor, settings: LossSettings) -> Clipped:
    """PPO's clipped loss of each token; with `by_sample` the ratio is the geometric mean of the sample's (GSPO)."""
    difference = log_probs - samples.old
    if settings.by_sample:
        outside = masked.row_mean(difference, loss_mask).exp()
        ratio = outside[:, None].expand_as(difference)
    else:
        ratio, outside = difference.exp(), torch.ones_like(difference[:, 0])
    low, high = 1 - settings.clip_low, 1 + settings.clip_high
    plain, bounded = ratio * samples.advantages, ratio.clamp(low, high) * samples.advantages
    gain = torch.minimum(plain, bounded)
    if settings.dual_clip is not None:
        floor = torch.maximum(gain, settings.dual_clip * samples.advantages)
        gain = torch.where(samples.advantages < 0, floor, gain)
    return Clipped(
        ratio,
        -gain,
        sum_of_columns(ratio < low, outside < low, settings.columns),
        sum_of_columns(ratio > high, outside > high, settings.columns),
        (bounded < plain).float(),
    )


def ratio_extremes(ratio: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Largest and smallest ratio of a token that counts; 0 and 1e10 where none does, as in ROLL."""
    return (ratio * mask).max(), (ratio * mask + (1 - mask) * _NO_TOKEN).min()


def length_weights(mask: Tensor, settings: LossSettings) -> Tensor:
    """Weights of the samples, 1 on average: the longest counts a third of the shortest.

    `difficulty_loss_weight` is not here: ROLL reads a field that no sample has.
    """
    weights = torch.ones_like(mask[:, 0])
    if settings.weigh_length:
        lengths = mask.sum(1)
        weights = 1.5 - (lengths - lengths.min()) / (lengths.max() - lengths.min() + _TINY)
    return weights * (len(weights) / (weights.sum() + _TINY))


def sum_of_columns(values: Tensor, outside: Tensor, columns: int) -> Tensor:
    """Sum over ROLL's whole tensors, where prompt and padding have a sample's value `outside`."""
    return values.sum() + (columns - values.shape[1]) * outside.sum()


class FirstSeen:
    """Stands for the old policy where it is not computed before training: the first epoch's log-probabilities."""

    def __init__(self, mask: Tensor) -> None:
        self._log_probs = torch.zeros_like(mask)
        self._known = torch.zeros(len(mask), dtype=torch.bool)

    def old(self, samples: Tensor, log_probs: Tensor) -> Tensor:
        """Of samples by their place: as they were when they were asked for first, which is now at the latest."""
        if not self._known[samples].all():
            self._log_probs[samples] = log_probs.detach().to(self._log_probs)
            self._known[samples] = True
        return self._log_probs[samples].to(log_probs)
