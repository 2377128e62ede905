"""What each backend does with the keys of a `strategy_config`, as data: `releases/strategies.json`.

vLLM's keys are those of its engine arguments (0.32), DeepSpeed's those of its config (0.19), Megatron's those of
mcore_adapter in each ROLL release together with transformers' training arguments (4.51 to 5.2).
"""

from __future__ import annotations

import json
import operator
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from roll_schema.facts import types
from roll_schema.facts.releases import Release
from roll_schema.facts.types import Type

_FILE = Path(__file__).parent / "releases" / "strategies.json"
_BOUNDS = {
    "gt": (operator.gt, "above"),
    "ge": (operator.ge, "at least"),
    "lt": (operator.lt, "below"),
    "le": (operator.le, "at most"),
}
"""What the bounds of a number ask for, and how that is said."""

_BACKENDS = {
    "megatron_train": "megatron",
    "megatron_infer": "megatron",
    "fsdp2_train": "fsdp2",
    "fsdp2_infer": "fsdp2",
    "deepspeed_train": "deepspeed",
    "deepspeed_infer": "deepspeed",
    "diffusion_deepspeed_train": "deepspeed",
    "vllm": "vllm",
    "sglang": "sglang",
    "hf_infer": "hf",
}


class Key(NamedTuple):
    """A key of a backend: its `type` as Python writes it, the `releases` of ROLL that take it (empty: all).

    `overwritten` says what ROLL writes over it, `consumed` that ROLL reads it and passes it on to nobody; `keys` are
    those of the mapping that it holds, of which a `lax` one may hold others, `bounds` those of a number.
    """

    type: str
    releases: str = ""
    overwritten: str = ""
    consumed: bool = False
    of: str = ""
    lax: bool = False
    keys: dict[str, Key] = {}
    bounds: dict[str, float] = {}

    @property
    def told(self) -> str:
        """What is known of the key beside its type, in sentences."""
        told = [f"ROLL writes {self.overwritten} over it."] if self.overwritten else []
        return " ".join([*told, *([f"A number {self.range}."] if self.bounds else [])])

    @property
    def range(self) -> str:
        """The bounds in words."""
        return " and ".join(f"{_BOUNDS[name][1]} {limit}" for name, limit in self.bounds.items())

    def bears(self, value: Any) -> bool:
        """Whether a value is within the bounds, as all that is no number is."""
        return not _is_number(value) or all(_BOUNDS[name][0](value, limit) for name, limit in self.bounds.items())


class Backend(NamedTuple):
    """A backend: `unknown` keys are `refused`, `ignored`, `passed on` or `perhaps` refused; `of` names the facts."""

    title: str
    of: str
    unknown: str
    keys: dict[str, Key]


class Entry(NamedTuple):
    """A key that a config writes: its dotted path, what is known about it (None: nothing), and its value, or UNKNOWN.

    `known` are the keys that may stand beside it, `inside` is the one that holds them (None: the settings themselves).
    """

    path: str
    name: str
    key: Key | None
    value: Any
    known: dict[str, Key]
    inside: Key | None


def backend_of(strategy_name: str) -> Backend | None:
    """The backend of a `strategy_name`; None for one without facts."""
    name = _BACKENDS.get(strategy_name)
    return _backend(name) if name is not None else None


def entries(backend: Backend, settings: dict[str, Any], release: Release) -> Iterator[Entry]:
    """Every key that a `strategy_config` writes, nested ones included."""
    yield from _entries("", backend.keys, settings, release)


def fits(value: Any, kind: str) -> bool:
    """Whether a backend would take a value for a type; numbers without a fraction do for integers."""
    return any(_fits(value, one) for one in types.parse(kind).alternatives)


def _entries(
    path: str, known: dict[str, Key], settings: dict[str, Any], release: Release, inside: Key | None = None
) -> Iterator[Entry]:
    present = {name: key for name, key in known.items() if release.matches(key.releases)}
    for name, value in dict.items(settings):
        if not isinstance(name, str):
            continue
        below = f"{path}.{name}" if path else name
        key = present.get(name)
        yield Entry(below, name, key, value, present, inside)
        if key is not None and key.keys and isinstance(value, dict):
            yield from _entries(below, key.keys, value, release, key)


def _fits(value: Any, kind: Type) -> bool:
    if kind.values:
        return any(value == choice and type(value) is type(choice) for choice in kind.values)
    simple: dict[str, bool] = {
        "bool": isinstance(value, bool),
        "int": _is_number(value) and float(value).is_integer(),
        "float": _is_number(value),
        "str": isinstance(value, str),
        "dict": isinstance(value, dict),
        "list": isinstance(value, list),
        "none": value is None,
    }
    return simple.get(kind.kind, True)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@cache
def _backend(name: str) -> Backend:
    facts = _load()[name]
    return Backend(facts["title"], facts["of"], facts["unknown"], _keys(facts["keys"]))


@cache
def _load() -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return facts


def _keys(facts: dict[str, Any]) -> dict[str, Key]:
    return {name: Key(**fact)._replace(keys=_keys(fact.get("keys", {}))) for name, fact in facts.items()}
