"""Gradients that are not finite, found before an optimizer step is made of them."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from roll_runtime.errors import TrainingFailed


class GradientCheck:
    """Looks at each gradient of some parameters as it is computed, also where a library keeps them elsewhere."""

    def __init__(self, parameters: Iterable[nn.Parameter], device: torch.device) -> None:
        self._bad = torch.zeros((), device=device)
        for parameter in parameters:
            parameter.register_hook(self._see)

    def demand_finite(self, steps: int) -> None:
        """Raise TrainingFailed on all ranks where one had a gradient that was not finite since the last call."""
        bad, self._bad = self._bad, torch.zeros_like(self._bad)
        if torch.distributed.is_initialized():
            torch.distributed.all_reduce(bad)
        if bad.item():
            raise TrainingFailed.not_finite("a gradient", steps)

    def _see(self, gradient: Tensor) -> None:
        self._bad = torch.maximum(self._bad, (~gradient.isfinite().all()).to(self._bad))
