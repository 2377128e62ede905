"""Search for changed examples in which a changed rule finds something else; what `tests.mutate --search` adds."""

from __future__ import annotations

import ast
import random
import re
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from roll_schema.facts import releases
from roll_schema.rules import RULES
from roll_schema.rules.rule import Rule
from tests.rules import cases
from tests.rules.cases import Case, Cases, Found
from tests.support import examples

_NUMBER = re.compile(r"(?<![\w.\"'-])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.\"'])")
_VALUE = re.compile(r"(?<=: )(\"[^\"]*\"|'[^']*'|\[[^][]*\]|[^\s{\[,}]+)")
_PAIR = re.compile(r"[\w./-]+: *(?:\[[^\]]*\]|\"[^\"]*\"|'[^']*'|[^{},\n]+?)(?=\s*(?:[,}\n]|$))")
_SWITCH = {"true": "false", "false": "true"}
STRATEGIES = (
    *("deepspeed_train", "deepspeed_infer", "megatron_train", "megatron_infer", "fsdp2_train", "fsdp2_infer"),
    *("vllm", "sglang", "hf_infer"),
)
VALUES = ("null", "true", "false", "0", "1", "2", "-1", "0.5", "8", '""', "[]", "{}", "[a]", "{a: 1}", "text")
LIMIT = 800
"""Cases that are tried for one rule."""


Lines = dict[int, str]
"""Lines of an example, from 1, with what stands in their place; nothing where they are gone."""


def candidates(rule: Rule) -> Iterator[Case]:
    """Cases near the examples of a rule: one change, another release or pipeline, then two changes at random."""
    bases = [cases.example(block, "") for blocks in examples(rule) for block in blocks]
    single = [(base, lines) for base in bases for lines in _changes(rule, base.config)]
    yield from (_changed(base, lines) for base, lines in single)
    for base in bases:
        yield from (_changed(base, {}, release=release) for release in releases.NAMES)
        yield from (_changed(base, {}, pipeline=name) for name in releases.load("0.2.1").pipelines)
    chance = random.Random(rule.name)
    for _ in range(LIMIT):
        base, lines = chance.choice(single or [(Case("", ""), {})])
        others = [more for of, more in single if of is base and not lines.keys() & more.keys()]
        given = {"release": chance.choice(releases.NAMES)} if chance.random() < 0.2 else {}
        yield _changed(base, lines | chance.choice(others or [{}]), **given)


def _changed(base: Case, changes: Lines, **settings: str) -> Case:
    """An example with changes, named by them."""
    lines = dict(enumerate(base.config.splitlines(), 1))
    names = [_difference(lines[number], new) for number, new in sorted(changes.items())]
    names += [f"{name} {value}" for name, value in settings.items()]
    text = "".join(f"{line}\n" for line in (lines | changes).values() if line)
    return base._replace(name=", ".join(names), config=text, settings={**base.settings, **settings})


def _difference(before: str, after: str) -> str:
    """What a changed line says that it did not say before."""
    if not after:
        return f"without `{before.strip().partition(':')[0]}`"
    known = _PAIR.findall(before)
    return ", ".join(f"`{pair}`" for pair in _PAIR.findall(after) if pair not in known) or f"`{after.strip()}`"


def _changes(rule: Rule, text: str) -> Iterator[Lines]:
    """The lines of an example with one change."""
    lines = text.splitlines()
    words, names, numbers = _words(rule)
    written = {value for line in lines for value in _VALUE.findall(line)}
    for position, line in enumerate(lines, 1):
        for found in _NUMBER.finditer(line):
            value = ast.literal_eval(found[0])
            near = [value + 1, value - 1, 0, value * 2, value // 2, -value, *numbers, value + 0.5]
            yield from ({position: _put(line, found, str(new))} for new in dict.fromkeys(near) if new != value)
        for found in _VALUE.finditer(line):
            others = [_SWITCH.get(found[0], "null"), *words, *(STRATEGIES if "strategy_name" in line else ()), *VALUES]
            others += sorted(written)
            yield from ({position: _put(line, found, new)} for new in dict.fromkeys(others) if new != found[0])
    for position, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip())
        block = {position: ""}
        for below in range(position, len(lines)):
            if len(lines[below]) - len(lines[below].lstrip()) <= indent:
                break
            block[below + 1] = ""
        yield block
    for position, line in enumerate(lines, 1):
        indent = line[: len(line) - len(line.lstrip())]
        values = dict.fromkeys([*VALUES[:9], *words])
        for name in names:
            if f"{name}:" not in "\n".join(lines):
                yield from ({position: f"{indent}{name}: {value}\n{line}"} for value in values)


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
    """Cases in which some of the changed rules find something else; each of `uses` has the process run one."""
    signal.signal(signal.SIGALRM, _stop)
    of_rule = cases.load(RULES[name])
    tried = list(islice({(case.config, str(case.settings)): case for case in candidates(RULES[name])}.values(), LIMIT))
    right = [_attempt(of_rule, case) for case in tried]
    found: list[int] = []
    for use in uses:
        use()
        others = (at for at in range(len(tried)) if at not in found)
        for at in chain(list(found), others):
            if right[at] is not None and _attempt(of_rule, tried[at]) != right[at]:
                if at not in found:
                    found.append(at)
                break
    return [tried[at] for at in found]


def _attempt(of_rule: Cases, case: Case) -> list[Found] | None:
    try:
        signal.alarm(5)
        return cases.findings(of_rule, case)
    except Exception:
        return None
    finally:
        signal.alarm(0)
