"""`train_infer_correction` of ROLL 0.2 and later: importance weights and filters where trainer and engine disagree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from roll_runtime.arithmetic import masked
from roll_runtime.arithmetic.aggregate import Count, counted, counts, over_step
from roll_runtime.arithmetic.policy import sum_of_columns
from roll_runtime.arithmetic.settings import Bounds, Correction

GRANULARITIES = ("token", "geometric", "sequence", "segment")


class Apart(NamedTuple):
    """How far trainer and engine are apart: by token, and by sample outside of the completions."""

    tokens: Tensor
    outside: Tensor

    def within(self, bounds: Bounds) -> Apart:
        """True where it stays between bounds."""
        return Apart(*((values >= bounds.low) & (values <= bounds.high) for values in self))

    def sum(self, columns: int) -> Tensor:
        """Sum over ROLL's whole tensors."""
        return sum_of_columns(self.tokens, self.outside, columns)


class Corrected(NamedTuple):
    """Importance weights, 1 for the tokens that stay, and metrics by their names in ROLL."""

    weights: Tensor
    keep: Tensor
    metrics: dict[str, Tensor]

    def applied(self, samples: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The masks of samples without what is filtered out, and the weights."""
        masks = {name: samples[name] * self.keep for name in ("mask", "loss_mask")}
        return masks | {"weights": self.weights}


Report = Callable[[dict[str, Tensor], Correction], dict[str, Tensor]]
"""Which of the metrics of ROLL 0.3.0 a release has, by the names that it has for them."""


def correct(
    old: Tensor, rollout: Tensor, mask: Tensor, count: Count, settings: Correction, columns: int, report: Report
) -> Corrected:
    """Weights and filters for completions whose tokens `mask` has; metrics are shares of what `count` has."""
    ratios, differences = _ratios(old, rollout, mask), _differences(old, rollout, mask)
    metrics: dict[str, Tensor] = {}
    for kind, apart in (("ratio", ratios), ("diff", differences)):
        for name, values in apart.items():
            mean = over_step(values.tokens, mask, "seq-mean-token-mean", columns, count)
            metrics[f"actor/train_infer_{kind}_{name}_mean@sum"] = mean
    weights = torch.ones_like(old)
    if settings.weight is not None:
        chosen = ratios[settings.weight]
        weights = chosen.tokens
        if settings.weight_bound is not None:
            clipped = Apart(*(values > settings.weight_bound for values in chosen))
            metrics["actor/is_weight_clipfrac@sum"] = clipped.sum(columns) / count.tokens
            weights = weights.clamp(0, settings.weight_bound)
    keep = torch.ones_like(mask)
    for rule in settings.filters:
        for kind, apart, bounds in (("ratio", ratios, rule.ratio), ("diff", differences, rule.difference)):
            if bounds is not None:
                within = apart[rule.granularity].within(bounds)
                name = f"actor/train_infer_{rule.granularity}_{kind}_mask_mean@sum"
                metrics[name] = within.sum(columns) / count.tokens
                keep = keep * within.tokens
    if settings.filters:
        metrics["actor/train_infer_final_mask_mean"] = masked.mean(keep, mask)
    return Corrected(weights, keep, report(metrics, settings))


def of_batch(
    old: Tensor, rollout: Tensor, mask: Tensor, settings: Correction, columns: int, report: Report
) -> Corrected:
    """The same for a whole batch, before it is trained on."""
    return correct(old, rollout, mask, counts(counted(mask, mask)).mask, settings, columns, report)


def report_all(metrics: dict[str, Tensor], settings: Correction) -> dict[str, Tensor]:
    """All of them, as ROLL 0.3.0 does."""
    return metrics


def report_filters(metrics: dict[str, Tensor], settings: Correction) -> dict[str, Tensor]:
    """Means only of what a filter judges, as ROLL 0.2 does; shares of differences are averaged over micro-batches."""
    judged = {f"ratio_{rule.granularity}" for rule in settings.filters if rule.ratio}
    judged |= {f"diff_{rule.granularity}" for rule in settings.filters if rule.difference}
    dropped = {
        f"actor/train_infer_{kind}_{name}_mean@sum"
        for kind in ("ratio", "diff")
        for name in GRANULARITIES
        if f"{kind}_{name}" not in judged
    }
    return {
        name.removesuffix("@sum") if name.endswith("_diff_mask_mean@sum") else name: value
        for name, value in metrics.items()
        if name not in dropped
    }


def _ratios(old: Tensor, rollout: Tensor, mask: Tensor) -> dict[str, Apart]:
    """The trainer's probability over the engine's."""
    return {name: Apart(*(values.exp() for values in apart)) for name, apart in _apart(old - rollout, mask).items()}


def _differences(old: Tensor, rollout: Tensor, mask: Tensor) -> dict[str, Apart]:
    """The trainer's probability less the engine's."""
    return _apart((old.exp() - rollout.exp()) * mask, mask)


def _apart(values: Tensor, mask: Tensor) -> dict[str, Apart]:
    """By granularity; a completion of the RLVR pipeline is one segment."""
    nothing = torch.zeros_like(values[:, 0])
    mean, total = masked.row_mean(values, mask), masked.row_sum(values, mask)
    return {
        "token": Apart(values, nothing),
        "geometric": Apart(mean[:, None].expand_as(values), mean),
        "sequence": Apart(total[:, None].expand_as(values), total),
        "segment": Apart(mean[:, None] * mask, nothing),
    }
