"""Search for changed examples on which a changed rule says something else; what `tests.mutate --search` adds."""

from __future__ import annotations

import ast
import random
import re
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from roll_schema.facts import releases
from roll_schema.rules import RULES
from roll_schema.rules.rule import Rule
from tests.rules.verdicts import Case, text_of, verdict
from tests.support import examples

_NUMBER = re.compile(r"(?<![\w.\"'-])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.\"'])")
_VALUE = re.compile(r"(?<=: )(\"[^\"]*\"|'[^']*'|\[[^][]*\]|[^\s{\[,}]+)")
_SWITCH = {"true": "false", "false": "true"}
STRATEGIES = (
    *("deepspeed_train", "deepspeed_infer", "megatron_train", "megatron_infer", "fsdp2_train", "fsdp2_infer"),
    *("vllm", "sglang", "hf_infer"),
)
VALUES = ("null", "true", "false", "0", "1", "2", "-1", "0.5", "8", '""', "[]", "{}", "[a]", "{a: 1}", "text")
LIMIT = 800
"""Cases that are tried for one rule."""


def candidates(rule: Rule) -> Iterator[Case]:
    """Cases near the examples of a rule: one change, another release or pipeline, then two changes at random."""
    count = sum(map(len, examples(rule)))
    single = [(number, lines) for number in range(1, count + 1) for lines in _changes(rule, number)]
    yield from (Case(number, lines) for number, lines in single)
    for number in range(1, count + 1):
        yield from (Case(number, {}, {"release": release}) for release in releases.NAMES)
        yield from (Case(number, {}, {"pipeline": name}) for name in releases.load("0.2.1").pipelines)
    chance = random.Random(rule.name)
    for _ in range(LIMIT):
        number, lines = chance.choice(single or [(1, {})])
        others = [more for of, more in single if of == number and not lines.keys() & more.keys()]
        given = {"release": chance.choice(releases.NAMES)} if chance.random() < 0.2 else {}
        yield Case(number, lines | chance.choice(others or [{}]), given)


def _changes(rule: Rule, number: int) -> Iterator[dict[str, str]]:
    """The lines of an example with one change."""
    lines = text_of(rule, Case(number)).splitlines()
    words, names, numbers = _words(rule)
    written = {value for line in lines for value in _VALUE.findall(line)}
    for position, line in enumerate(lines, 1):
        for found in _NUMBER.finditer(line):
            value = ast.literal_eval(found[0])
            near = [value + 1, value - 1, 0, value * 2, value // 2, -value, *numbers, value + 0.5]
            yield from ({str(position): _put(line, found, str(new))} for new in dict.fromkeys(near) if new != value)
        for found in _VALUE.finditer(line):
            others = [_SWITCH.get(found[0], "null"), *words, *(STRATEGIES if "strategy_name" in line else ()), *VALUES]
            others += sorted(written)
            yield from ({str(position): _put(line, found, new)} for new in dict.fromkeys(others) if new != found[0])
    for position, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        block = {str(position): ""}
        for below in range(position, len(lines)):
            if len(lines[below]) - len(lines[below].lstrip()) <= indent:
                break
            block[str(below + 1)] = ""
        yield block
    for position, line in enumerate(lines, 1):
        indent = line[: len(line) - len(line.lstrip())]
        values = dict.fromkeys([*VALUES[:9], *words])
        for name in names:
            if f"{name}:" not in "\n".join(lines):
                yield from ({str(position): f"{indent}{name}: {value}\n{line}"} for value in values)


def _put(line: str, found: re.Match[str], new: str) -> str:
    return line[: found.start()] + new + line[found.end() :]


def _words(rule: Rule) -> tuple[list[str], list[str], list[float]]:
    """The texts, names of fields, and numbers (with their neighbours) in a rule's code."""
    code = ast.parse(Path(str(sys.modules[rule.check.__module__].__file__)).read_text(encoding="utf-8"))
    constants = [node.value for node in ast.walk(code) if isinstance(node, ast.Constant)]
    words = [word for word in constants if isinstance(word, str) and re.fullmatch(r"[\w.,:/-]{1,40}", word)]
    numbers = [value for value in constants if isinstance(value, (int, float)) and not isinstance(value, bool)]
    fields = [node.attr for node in ast.walk(code) if isinstance(node, ast.Attribute)]
    near = [more for value in numbers for more in (value, value + 1, value - 1)]
    names = [*fields, *(part for word in words for part in word.split(".") if re.fullmatch(r"[a-z]+_\w+", part))]
    return list(dict.fromkeys(words)), list(dict.fromkeys(names)), list(dict.fromkeys(near))


def _stop(*_: object) -> None:
    raise TimeoutError


def telling(name: str, uses: list[Callable[[], None]]) -> list[Case]:
    """Cases whose verdict differs under some of the changed rules; each of `uses` has the process run one."""
    signal.signal(signal.SIGALRM, _stop)
    rule = RULES[name]
    only: dict[str, Any] = {"select": frozenset({name})}
    tried = list(islice(dict.fromkeys(map(_hashable, candidates(rule))), LIMIT))
    cases = [Case(number, dict(lines), dict(given)) for number, lines, given in tried]
    right = [_attempt(rule, case, only) for case in cases]
    found: list[int] = []
    for use in uses:
        use()
        others = (at for at in range(len(cases)) if at not in found)
        for at in chain(list(found), others):
            if right[at] is not None and _attempt(rule, cases[at], only) != right[at]:
                if at not in found:
                    found.append(at)
                break
    return [cases[at] for at in found]


def _hashable(case: Case) -> tuple[int, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    return case.example, tuple(case.lines.items()), tuple(case.given.items())


def _attempt(rule: Rule, case: Case, options: dict[str, Any]) -> str | None:
    try:
        signal.alarm(5)
        return verdict(rule, case, **options)
    except Exception:
        return None
    finally:
        signal.alarm(0)
