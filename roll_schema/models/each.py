"""Several things of a config, each looked at by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

from roll_schema.facts.missing import FactMissing
from roll_schema.models.section import Unresolved

Name = TypeVar("Name")
Thing = TypeVar("Thing")
Found = TypeVar("Found")
Given = ParamSpec("Given")


def each(
    items: Iterable[tuple[Name, Thing]],
    judge: Callable[Concatenate[Name, Thing, Given], Iterable[Found]],
    *given: Given.args,
    **named: Given.kwargs,
) -> Iterator[Found]:
    """What there is to say of each of several things by name, such as workers, rewards, files or domains.

    What is unknown about one of them, or lacks a fact, ends what is said of that one only; missing facts are raised
    behind the last.
    """
    rest, missing = iter(items), dict[Any, None]()
    while True:
        try:
            name, item = next(rest)
        except StopIteration:
            break
        except Unresolved:
            continue
        try:
            yield from judge(name, item, *given, **named)
        except Unresolved:
            continue
        except FactMissing as fact:
            missing |= dict.fromkeys(fact.args)
    if missing:
        raise FactMissing(*missing)
