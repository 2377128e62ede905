"""Estimates of the Kullback-Leibler divergence per token, and the coefficient that is steered by it."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

ESTIMATORS = ("kl", "abs", "mse", "k3")
"""`kl`, `abs` and `mse` are what `kl_penalty` names; the loss of `use_kl_loss` always goes by `k3`, as ROLL's does."""


def estimate(log_probs: Tensor, reference: Tensor, estimator: str) -> Tensor:
    """Divergence from the reference for each token, in the shape given; raises ValueError for an unknown estimator.

    `k3` is Schulman's unbiased estimate with low variance, its log ratio cut to ±20 and the result to ±10 as in ROLL.
    """
    ratio = log_probs - reference
    if estimator == "kl":
        return ratio
    if estimator == "abs":
        return ratio.abs()
    if estimator == "mse":
        return 0.5 * ratio.square()
    if estimator == "k3":
        back = (-ratio).clamp(-20, 20)
        return (back.exp() - back - 1).clamp(-10, 10)
    raise ValueError(f"{estimator} is none of {', '.join(ESTIMATORS)}")


@dataclass(slots=True)
class Coefficient:
    """Weight of the divergence in the rewards; with a target it adapts over `horizon` samples (Ziegler et al. 2019)."""

    value: float
    target: float | None
    horizon: int

    def update(self, divergence: float, samples: int) -> None:
        """Move towards the target after a step with this mean divergence."""
        if self.target:
            error = min(max(divergence / self.target - 1, -0.2), 0.2)
            self.value *= 1 + error * samples / self.horizon
