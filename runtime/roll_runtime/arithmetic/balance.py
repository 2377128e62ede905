"""Which rank gets which samples: from ROLL 0.2 on, ranks get about equal work (Karmarkar and Karp's differencing)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

_PER_TOKEN = 24_576
"""Weight of a token against its square, which attention costs."""

Pile = tuple[int, int, list[tuple[int, int]]]
"""Work, number of samples, and the samples with the work of each: compared in this order, as ROLL does."""


def as_they_come(lengths: Sequence[int], ranks: int) -> list[int]:
    """The samples in order, which ranks take in equal parts."""
    return list(range(len(lengths)))


def balanced(lengths: Sequence[int], ranks: int) -> list[int]:
    """The samples in an order whose equal parts have about equal work; the longest are in the middle of each part.

    `lengths` counts the tokens of prompt and completion. The samples must be divisible by the ranks.
    """
    work = [_PER_TOKEN * length + length * length for length in lengths]
    order = []
    for part in _parts(work, ranks):
        part.sort(key=lambda sample: (work[sample], sample))
        order += part[::2] + part[1::2][::-1]
    return order


def _parts(work: Sequence[int], ranks: int) -> list[list[int]]:
    by_work = sorted((own, sample) for sample, own in enumerate(work))
    groups = [by_work[start : start + ranks] for start in range(0, len(by_work), ranks)]
    states = sorted((_piles([(own, 1, [(sample, own)]) for own, sample in group]) for group in groups), key=_unequal)
    while len(states) > 1:
        first, second = states.pop(), states.pop()
        insort(states, _piles([_merged(*pair) for pair in zip(first, reversed(second), strict=True)]), key=_unequal)
    return [[sample for sample, _ in items] for _, _, items in states[0]]


def _piles(piles: list[Pile]) -> list[Pile]:
    return sorted(piles, reverse=True)


def _merged(one: Pile, other: Pile) -> Pile:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _unequal(piles: list[Pile]) -> tuple[int, Pile]:
    """Sorts those last that are to be merged first: the most unequal."""
    return piles[0][0] - piles[-1][0], piles[0]
