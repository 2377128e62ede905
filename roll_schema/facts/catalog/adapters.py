"""Which modules PEFT puts an adapter on: `check_target_module_exists` of PEFT 0.17 to 0.21, on a model's paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from math import comb, inf

from roll_schema.facts.catalog.architecture import Architecture, Sizes, evaluate_path, paths
from roll_schema.facts.catalog.checkpoint import Checkpoint

ADAPTABLE = frozenset(("linear", "embedding", "conv", "attention"))
"""Kinds of modules that a LoRA layer of PEFT can wrap."""

LONGEST_PATH = 90
"""Letters of a module's path at most."""

MOST_STEPS = 5e7
"""Steps of Python's engine that take about a second."""


class TooCostly(Exception):
    """A regular expression that is not run, since it may take forever."""


def matched(architecture: Architecture, sizes: Sizes, target: str | list[str]) -> dict[str, str]:
    """The modules that a target of PEFT takes, path and kind; a text is a regular expression, or `all-linear`.

    Raises TooCostly, and re.error for what is no regular expression.
    """
    everything = dict(architecture.module_kinds(sizes))
    if isinstance(target, str) and target.lower() == "all-linear":
        return {path: kind for path, kind in everything.items() if kind == "linear" and path != architecture.output}
    takes = _pattern(target, len(everything)) if isinstance(target, str) else _names(target)
    return {path: kind for path, kind in everything.items() if takes(path)}


def kinds_named(known: Checkpoint, name: str) -> set[str]:
    """Kinds of the modules that a name in a list takes, in any known release of transformers.

    Where none of them takes an adapter, the stored weights are asked as well.
    """
    found = {
        kind
        for architecture in known.architectures
        for path, kind in architecture.modules.items()
        if path == name or path.endswith(f".{name}")
    }
    if found & ADAPTABLE:
        return found
    for stored, tensor in (known.stored or {}).items():
        module, _, weight = stored.rpartition(".")
        if weight == "weight" and (module == name or module.endswith(f".{name}")):
            found.add("linear" if len(tensor.shape) > 1 else "other")
    return found


def kinds_matched(known: Checkpoint, pattern: str) -> set[str] | None:
    """Kinds of the modules that a regular expression takes, in any known release of transformers.

    None where that depends on sizes that are not known, or is too costly to find out.
    """
    found: set[str] = set()
    numbered = re.search(r"(?<!\\)\d", pattern) is not None
    asked = [architecture for architecture in known.architectures if not numbered or architecture.fits(known.sizes)]
    for architecture in asked:
        sizes = known.sizes if architecture.fits(known.sizes) else architecture.sizes
        try:
            found.update(matched(architecture, sizes, pattern).values())
        except TooCostly:
            return None
    return found if asked else None


def _pattern(target: str, paths: int) -> Callable[[str], object]:
    if not is_quick(target, paths):
        raise TooCostly
    return re.compile(target).fullmatch


def _names(target: Iterable[str]) -> Callable[[str], object]:
    exact = frozenset(target)
    ends = tuple(f".{name}" for name in exact)
    return lambda path: path in exact or path.endswith(ends)


def steps(pattern: str) -> float:
    """How many steps a regular expression takes on one path at most, hostile as it may be; infinite where it is unsure.

    Repeated groups and switches inside the pattern are not judged; several repetitions share the path's letters among
    them in every way, and each alternative may be tried with each of these.
    """
    plain = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "x", pattern, flags=re.DOTALL)
    if len(pattern) > 1000 or re.search(r"\)(?:[*+]|\{)|\(\?(?![:=!]|<[=!]|P<)", plain):
        return inf
    repetitions = len(re.findall(r"[*+]|\{", plain))
    optional = len(re.findall(r"[^(*+?]\?", plain))
    return comb(LONGEST_PATH + repetitions, repetitions) * _choices(plain) * 2.0**optional


def is_quick(pattern: str, paths: int = 1) -> bool:
    """Whether a regular expression surely comes to an end within about a second on so many paths."""
    return steps(pattern) * paths <= MOST_STEPS


def _choices(plain: str) -> int:
    """Ways through the alternatives of all groups."""
    choices, here = 1, [1]
    for character in plain:
        if character == "(":
            here.append(1)
        elif character == "|":
            here[-1] += 1
        elif character == ")" and len(here) > 1:
            choices *= here.pop()
    return choices * here[0]


def layer_shapes(architecture: Architecture, sizes: Sizes) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every module that has a matrix as its weight, with the matrix's shape."""
    for path, _, shape in architecture.shapes(sizes, tied=False):
        module, _, name = path.rpartition(".")
        if name == "weight" and len(shape) == 2:
            for one in paths(evaluate_path(module, sizes)):
                yield one, shape


def adapter_parameters(architecture: Architecture, sizes: Sizes, modules: Iterable[str], rank: int) -> int:
    """Parameters of an adapter of this rank: `rank x in` and `out x rank` for each module, the same for embeddings."""
    shapes = dict(layer_shapes(architecture, sizes))
    return sum(rank * sum(shapes[module]) for module in modules if module in shapes)
