"""One number from the losses of tokens, by `loss_agg_mode`: over a micro-batch, or over a whole optimizer step."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from roll_runtime.arithmetic import masked

MODES = ("token-mean", "seq-mean-token-sum", "seq-mean-token-mean", "seq-mean-token-sum-norm")
_TINY = 1e-8


class Count(NamedTuple):
    """Tokens that count, and samples that have one: of an optimizer step on all ranks, at least 1 each."""

    tokens: Tensor | float
    samples: Tensor | float


class Counts(NamedTuple):
    """What an optimizer step counts: by the mask of completions, and by that of the loss."""

    mask: Count
    loss: Count


def counted(mask: Tensor, loss_mask: Tensor) -> Tensor:
    """What some samples count, to be summed over ranks: four numbers that `counts` reads."""
    return torch.stack([part for own in (mask, loss_mask) for part in (own.sum(), masked.any_in_row(own).sum())])


def counts(summed: Tensor) -> Counts:
    """The counts of an optimizer step from the sum over its ranks; at least 1 each."""
    tokens, samples, loss_tokens, loss_samples = summed.clamp_min(1)
    return Counts(Count(tokens, samples), Count(loss_tokens, loss_samples))


def over_micro_batch(losses: Tensor, mask: Tensor, mode: str, columns: int, weights: Tensor | None = None) -> Tensor:
    """Mean over the tokens or the samples of this micro-batch; raises ValueError for an unknown mode."""
    weights = torch.ones_like(losses[:, 0]) if weights is None else weights
    if mode == "token-mean":
        return masked.mean(losses * weights[:, None], mask)
    return _over_samples(losses, mask, mode, columns, weights, masked.any_in_row(mask).sum())


def over_step(
    losses: Tensor, mask: Tensor, mode: str, columns: int, count: Count, weights: Tensor | None = None
) -> Tensor:
    """This micro-batch's part of the mean over an optimizer step; raises ValueError for an unknown mode.

    As in ROLL, `token-mean` sums the losses of all tokens, also of those that `mask` leaves out.
    """
    weights = torch.ones_like(losses[:, 0]) if weights is None else weights
    if mode == "token-mean":
        return (losses * weights[:, None]).sum() / count.tokens
    return _over_samples(losses, mask, mode, columns, weights, count.samples)


def _over_samples(
    losses: Tensor, mask: Tensor, mode: str, columns: int, weights: Tensor, samples: Tensor | float
) -> Tensor:
    if mode not in MODES:
        raise ValueError(f"unknown aggregation {mode}: expected {', '.join(MODES)}")
    rows = masked.row_mean(losses, mask) if mode == "seq-mean-token-mean" else masked.row_sum(losses, mask)
    total = (rows * weights).sum()
    return total / columns if mode == "seq-mean-token-sum-norm" else total / (samples + _TINY)
