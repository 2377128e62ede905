"""Estimates of the Kullback-Leibler divergence per token, and the coefficient that is steered by it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

ESTIMATORS = ("kl", "abs", "mse", "k3")
"""What `kl_penalty` names; the loss of `use_kl_loss` always uses `k3`."""


def estimate(log_probs: Tensor, reference: Tensor, estimator: str) -> Tensor:
    """Divergence from the reference for each token, in the shape given; raises ValueError for an unknown estimator.

    `k3` is Schulman's unbiased estimate with low variance, clamped to ±10.
    """
    ratio = log_probs - reference
    if estimator == "kl":
        return ratio
    if estimator == "abs":
        return ratio.abs()
    if estimator == "mse":
        return 0.5 * ratio.square()
    if estimator == "k3":
        return ((-ratio).exp() + ratio - 1).clamp(-10, 10)
    raise ValueError(f"unknown estimator {estimator}: expected {', '.join(ESTIMATORS)}")


@dataclass(slots=True)
class Coefficient:
    """Weight of the divergence in the rewards; with a target it adapts over `horizon` samples (Ziegler et al. 2019)."""

    value: float
    target: float | None
    horizon: int

    def update(self, divergence: float, samples: int) -> None:
        """Move towards the target after samples with this mean divergence."""
        if self.target is not None:
            error = min(max(divergence / self.target - 1, -0.2), 0.2)
            self.value *= 1 + error * samples / self.horizon
