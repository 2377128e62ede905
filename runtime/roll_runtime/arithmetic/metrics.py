"""Metrics of micro-batches to those of a rank, and of ranks to those of the run; their names say how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from torch import Tensor

Reducer = Callable[[Sequence[float]], float]
Finish = Callable[[dict[str, float], int], dict[str, float]]
"""What a release makes of a rank's metrics, given the number of its optimizer steps."""

_REDUCERS: dict[str, Reducer] = {"mean": fmean, "max": max, "min": min, "sum": sum}


def of_rank(micro_batches: Sequence[Mapping[str, Tensor]], steps: int, finish: Finish) -> dict[str, float]:
    """What a rank reports of all its micro-batches, which all have the same metrics."""
    names = micro_batches[0]
    return finish({name: reducer(name)([float(report[name]) for report in micro_batches]) for name in names}, steps)


def of_ranks(ranks: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """What is reported of all ranks, which all have the same metrics."""
    return {name: reducer(name)([report[name] for report in ranks]) for name in ranks[0]}


def reducer(name: str) -> Reducer:
    """By the tag behind `@`, or by the last word of the name; the mean for any other name."""
    return _REDUCERS.get(name.rpartition("@" if "@" in name else "_")[2], fmean)


def as_reduced(found: dict[str, float], steps: int) -> dict[str, float]:
    """As they are."""
    return found


def with_steps(found: dict[str, float], steps: int) -> dict[str, float]:
    """With the number of optimizer steps, over which what is summed stays summed."""
    return {**found, "actor/backward_steps": float(steps)}


def mean_of_steps(found: dict[str, float], steps: int) -> dict[str, float]:
    """With the number of optimizer steps, by which what is summed is divided."""
    means = {name: value / steps if name.endswith("@sum") else value for name, value in found.items()}
    return with_steps(means, steps)
