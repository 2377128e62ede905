"""Means over the tokens that count; `mask` is 1 for these and has the shape of the values."""

from __future__ import annotations

import torch
from torch import Tensor

_TINY = 1e-8


def mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of all values that count, a scalar; 0 where none does."""
    return (values * mask).sum() / mask.sum().clamp_min(_TINY)


def row_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of each row's values that count, [rows]; 0 for a row without any."""
    return (values * mask).sum(-1) / mask.sum(-1).clamp_min(_TINY)


def whiten(values: Tensor, mask: Tensor) -> Tensor:
    """Values brought to mean 0 and (unbiased) variance 1 over those that count; a single one is only centred."""
    count = mask.sum()
    centred = values - mean(values, mask)
    variance = (centred.square() * mask).sum() / (count - 1).clamp_min(1)
    return centred * torch.rsqrt(variance + _TINY)
