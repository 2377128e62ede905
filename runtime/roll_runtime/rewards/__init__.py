"""Rewards by rule: a function from an answer and its row to a score, 1 where it is right; 0, or less, where not.

Classes that ROLL's configs name have one of these modules in their place; nothing is ever imported because a config
names it. A function of the user's own comes from the command line.
"""

from __future__ import annotations

import ast
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roll_runtime import sandbox
from roll_runtime.errors import DataProblem, EnvironmentProblem, WrongUsage
from roll_schema.facts.supported import EXECUTING, REWARDS

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig

_BOX = "\\boxed{"
_LONGEST_BOX = 1000

Reward = Callable[[str, dict[str, Any]], float]
"""Scores an answer's text; the second argument is its row of the data."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says of rewards: functions of the user's by domain, and how programs may be run, if so."""

    functions: dict[str, str] = field(default_factory=dict)
    isolation: str | None = None


def find(domain: str, settings: RewardConfig, given: Given) -> Reward:
    """The reward of a domain: the user's function where one was given for it, else the one built in.

    Raises EnvironmentProblem where what it needs is not installed or not found.
    """
    if domain in given.functions:
        return _of_user(given.functions[domain])
    name, _, function = REWARDS[_class_of(settings)].partition(".")
    try:
        reward = getattr(import_module(f"roll_runtime.rewards.{name}"), function)
    except ImportError as error:
        raise EnvironmentProblem(f"rewards.{domain} needs {error.name}: pip install {error.name}") from None
    asked = [one.name for one in signature(reward).parameters.values() if one.kind is one.KEYWORD_ONLY]
    return partial(
        reward, **{option: given.isolation if option == "isolation" else getattr(settings, option) for option in asked}
    )


def demand(given: Given, domains: dict[str, RewardConfig]) -> None:
    """Raise RunError where a function that was given, or its domain, is not there, or programs of the model would run
    without leave; nothing is imported.
    """
    for domain, settings in domains.items():
        if domain not in given.functions and _class_of(settings) in EXECUTING:
            if given.isolation is None:
                raise WrongUsage(
                    f"rewards.{domain} runs programs that the model writes; allow it with `--execute-answers isolated`"
                )
            sandbox.demand(given.isolation)
    for domain, place in given.functions.items():
        if domain not in domains:
            raise WrongUsage(f"--reward {domain}: the config has no reward `{domain}`")
        file, _, name = place.rpartition(":")
        try:
            tree = ast.parse(Path(file).read_bytes(), file)
        except OSError as error:
            raise WrongUsage(f"--reward {domain}: {file} cannot be read: {error.strerror}") from None
        except SyntaxError as error:
            raise WrongUsage(f"--reward {domain}: {file}:{error.lineno}: {error.msg}") from None
        if not any(isinstance(part, ast.FunctionDef) and part.name == name for part in tree.body):
            raise WrongUsage(f"--reward {domain}: {file} has no function {name}")


def _class_of(settings: RewardConfig) -> str:
    return (settings.worker_cls or "").rpartition(".")[2]


def _of_user(place: str) -> Reward:
    """The function of `FILE.py:NAME`."""
    file, _, name = place.rpartition(":")
    found: Reward = runpy.run_path(file)[name]
    return found


def truth(row: dict[str, Any]) -> str:
    """The expected answer of a row; raises DataProblem where it has none."""
    value = row.get("ground_truth", row.get("solution", row.get("answer")))
    if value is None:
        raise DataProblem(f"row {row.get('id', '')} has no column `ground_truth`, which its reward compares with")
    return str(value)


def concluded(answer: str) -> str:
    """What follows the thinking, or the whole answer where there is none."""
    return answer.rpartition("</think>")[2].lstrip("\n")


def last_box(text: str) -> str | None:
    """What the last `\\boxed{}` that is closed holds; None where there is none."""
    end = len(text)
    while (start := text.rfind(_BOX, 0, end)) >= 0:
        depth = 1
        first = start + len(_BOX)
        for at in range(first, min(first + _LONGEST_BOX, end)):
            depth += (text[at] == "{") - (text[at] == "}")
            if not depth:
                return text[first:at]
        end = start
    return None
