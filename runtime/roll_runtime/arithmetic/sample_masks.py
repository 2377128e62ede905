"""Which samples count in the loss, by `max_len_mask`, `difficulty_mask` and `error_max_len_clip`."""

from __future__ import annotations

import torch
from torch import Tensor

from roll_runtime.arithmetic.settings import MaskSettings


def sample_masks(lengths: Tensor, scores: Tensor, settings: MaskSettings) -> dict[str, Tensor]:
    """Each mask by its name in ROLL's metrics, 1 for samples that count; a prompt's samples follow one another.

    As in ROLL, `error_max_len_clip` also leaves out what has a score other than 0 and 1.
    """
    masks = dict.fromkeys(("max_len", "difficulty", "error_len"), torch.ones_like(scores))
    if settings.longest is not None:
        masks["max_len"] = (lengths != settings.longest).to(scores.dtype)
    if settings.difficulty is not None and settings.group > 1:
        low, high = settings.difficulty
        means = scores.view(-1, settings.group).mean(1).repeat_interleave(settings.group)
        masks["difficulty"] = ((means > low) & (means < high)).to(scores.dtype)
    if settings.wrong_from is not None:
        counts = (scores == 1) | ((scores == 0) & (lengths < settings.wrong_from))
        masks["error_len"] = counts.to(scores.dtype)
    return masks
