"""Which answers count in the loss, by `max_len_mask`, `difficulty_mask` and `error_max_len_clip`."""

from __future__ import annotations

import torch
from torch import Tensor

from roll_runtime.settings import MaskSettings


def sample_mask(lengths: Tensor, scores: Tensor, settings: MaskSettings) -> Tensor:
    """1 for answers that count; `lengths` and `scores` are [samples], a prompt's samples one after another.

    As in ROLL, `error_max_len_clip` also leaves out what has a score other than 0 and 1.
    """
    counts = torch.ones_like(scores)
    if settings.longest is not None:
        counts = counts * (lengths < settings.longest)
    if settings.difficulty is not None and settings.group > 1:
        low, high = settings.difficulty
        means = scores.view(-1, settings.group).mean(1).repeat_interleave(settings.group)
        counts = counts * ((means > low) & (means < high))
    if settings.wrong_from is not None:
        fine = (scores == 1) | ((scores == 0) & (lengths < settings.wrong_from))
        counts = counts * fine
    return counts
