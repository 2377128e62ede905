"""Means and sums over the tokens that count; `mask` is 1 for these and has the shape of the values."""

from __future__ import annotations

import torch
from torch import Tensor

_TINY = 1e-8


def mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of all values that count, a scalar; 0 where none does."""
    return (values * mask).sum() / (mask.sum() + _TINY)


def row_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of each row's values that count, [rows]; 0 for a row without any."""
    count = mask.sum(-1)
    return torch.where(count > 0, (values * mask).sum(-1) / (count + _TINY), 0.0)


def row_sum(values: Tensor, mask: Tensor) -> Tensor:
    """Sum of each row's values that count, [rows]; 0 for a row without any."""
    return torch.where(mask.sum(-1) > 0, (values * mask).sum(-1), 0.0)


def any_in_row(mask: Tensor) -> Tensor:
    """1 for each row in which something counts, [rows]."""
    return (mask > 0).any(-1).to(mask.dtype)


def whiten(values: Tensor, mask: Tensor) -> Tensor:
    """Values brought to mean 0 and (unbiased) variance 1 over those that count.

    Raises ValueError where only one counts, which has no variance.
    """
    count = mask.sum()
    if count == 1:
        raise ValueError("whitening over a single token: it has no variance")
    centre = mean(values, mask)
    variance = mean((values - centre).square(), mask) * (count / (count - 1))
    return (values - centre) * torch.rsqrt(variance + _TINY)
