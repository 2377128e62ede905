"""Architectures of transformers: the modules and weights of a model type, at the sizes of a checkpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "models"
"""A file for each model type, with an entry for each major release of transformers that has it."""

Sizes = Mapping[str, int]
Shape = tuple[int, ...]


class Architecture(NamedTuple):
    """A model type as one major release of transformers builds it; `modules` and `weights` are in terms of sizes.

    `scales` names the sizes that a checkpoint may have otherwise than `sizes`, `fixed` the settings that must be these.
    `composite`: it has a vision or audio part as well, of whose sizes nothing is known.
    """

    model_type: str
    class_name: str
    major: str
    sizes: Sizes
    tied: bool
    composite: bool
    output: str | None
    modules: Mapping[str, str]
    weights: Mapping[str, str]
    scales: frozenset[str]
    fixed: Mapping[str, Any]

    def fits(self, sizes: Sizes) -> bool:
        """Whether modules and weights are known at these sizes; a size that is not told is not known."""
        known = with_head_dim(sizes)
        needed = self.sizes.keys() - NOT_IN_WEIGHTS
        if not all(name in known and (name in self.scales or known[name] == self.sizes[name]) for name in needed):
            return False
        tells_head_dim = "head_dim" in self.scales | self.sizes.keys()
        return tells_head_dim or "head_dim" not in known or known["head_dim"] == known["hidden"] // known["heads"]

    def module_kinds(self, sizes: Sizes) -> Iterator[tuple[str, str]]:
        """Every module's path and kind (linear, embedding, conv, attention, other)."""
        for path, kind in self.modules.items():
            for name in paths(evaluate_path(path, sizes)):
                yield name, kind

    def shapes(self, sizes: Sizes, *, tied: bool) -> Iterator[tuple[str, int, Shape]]:
        """Weights by path with ranges, how many there are, and the shape of each; a tied output counts once."""
        for path, shape in self.weights.items():
            if not (tied and self.output and path == f"{self.output}.weight"):
                yield path, count(evaluate_path(path, sizes)), evaluate(shape, sizes)

    def parameters(self, sizes: Sizes, *, tied: bool = False, of: Callable[[str], bool] = bool) -> int:
        """Parameters as transformers counts them, of all weights or of those whose path (never empty) is asked for."""
        return sum(number * prod(shape) for path, number, shape in self.shapes(sizes, tied=tied) if of(path))


NOT_IN_WEIGHTS = frozenset(("positions", "experts_per_token"))
"""Sizes that no weight depends on, learned positions apart, which then stay numbers."""


def with_head_dim(sizes: Sizes) -> Sizes:
    """The sizes, with the dimension of a head where it is the usual share of the hidden size."""
    if "head_dim" in sizes or not sizes.get("heads") or "hidden" not in sizes:
        return sizes
    return {**sizes, "head_dim": sizes["hidden"] // sizes["heads"]}


@cache
def architectures(model_type: str) -> tuple[Architecture, ...]:
    """A model type as the known major releases of transformers build it, the newest first; empty where none does."""
    if model_type not in _types():
        return ()
    entries = json.loads((FOLDER / f"{model_type}.json").read_text(encoding="utf-8"))
    return tuple(
        Architecture(
            model_type,
            entry["architecture"],
            major,
            entry["sizes"],
            entry["tied"],
            entry["composite"],
            entry["output"],
            entry["modules"],
            entry["weights"],
            frozenset(entry.get("scales", ())),
            entry.get("fixed", {}),
        )
        for major, entry in sorted(entries.items(), reverse=True)
    )


@cache
def _types() -> frozenset[str]:
    return frozenset(file.stem for file in FOLDER.glob("*.json"))


def class_prefix(model_type: str) -> str | None:
    """What the names of a language model's classes begin with; None where the catalog does not tell."""
    names = {known.class_name for known in architectures(model_type)}
    name = names.pop() if len(names) == 1 else ""
    return name.removesuffix("ForCausalLM") if name.endswith("ForCausalLM") else None


def evaluate(shape: str, sizes: Sizes) -> Shape:
    """The numbers of a shape such as `2*intermediate x hidden`."""
    known = with_head_dim(sizes)
    return tuple(
        sum(prod(int(part) if part.isdigit() else known[part] for part in term.split("*")) for term in axis.split("+"))
        for axis in shape.split(" x ")
    )


def evaluate_path(path: str, sizes: Sizes) -> str:
    """A path whose ranges end in numbers: `{0-layers}` of 24 layers is `{0-23}`."""
    return re.sub(r"(\d+)-([a-z]+)(?=[,}])", lambda match: _range(int(match[1]), sizes[match[2]] - 1), path)


def _range(low: int, high: int) -> str:
    return f"{low}-{high}" if high > low else str(low)


def paths(path: str) -> Iterator[str]:
    """The paths that one with ranges of numbers stands for."""
    template = re.sub(r"\{[^}]*\}", "{}", path)
    return (template.format(*numbers) for numbers in product(*map(_numbers, re.findall(r"\{([^}]*)\}", path))))


def count(path: str) -> int:
    """How many paths one with ranges stands for."""
    return prod(len(_numbers(axis)) for axis in re.findall(r"\{([^}]*)\}", path))


def _numbers(axis: str) -> list[int]:
    bounds = (part.partition("-") for part in axis.split(","))
    return [number for low, _, high in bounds for number in range(int(low), int(high or low) + 1)]
