"""Rewards by rule: a function from an answer and its row to a score, 0 wrong to 1 right.

Classes that ROLL's configs name have one of these modules in their place; nothing is ever imported because a config
names it. A function of the user's own comes from the command line.
"""

from __future__ import annotations

import ast
import runpy
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roll_runtime.errors import DataProblem, EnvironmentProblem
from roll_schema.supported import REWARDS

if TYPE_CHECKING:
    from roll_schema.models.reward_config import RewardConfig

Reward = Callable[[str, dict[str, Any]], float]
"""Scores an answer's text; the second argument is its row of the data."""


def find(domain: str, settings: RewardConfig, given: dict[str, str]) -> Reward:
    """The reward of a domain: the user's function where one was given for it, else the one built in.

    Raises EnvironmentProblem where what it needs is not installed or not found.
    """
    if domain in given:
        return _of_user(given[domain])
    name = REWARDS[(settings.worker_cls or "").rpartition(".")[2]]
    try:
        module = import_module(f"roll_runtime.rewards.{name}")
    except ImportError as error:
        raise EnvironmentProblem(f"rewards.{domain} needs {error.name}: pip install {error.name}") from None
    options = {key: getattr(settings, key) for key in module.OPTIONS}
    return partial(module.score, **options)


def demand(given: dict[str, str], domains: Iterable[str]) -> None:
    """Raise EnvironmentProblem where a function that was given, or its domain, is not there; nothing is imported."""
    for domain, place in given.items():
        if domain not in domains:
            raise EnvironmentProblem(f"--reward {domain}: the config has no reward `{domain}`")
        file, _, name = place.rpartition(":")
        try:
            tree = ast.parse(Path(file).read_bytes(), file)
        except OSError as error:
            raise EnvironmentProblem(f"--reward {domain}: {file} cannot be read: {error.strerror}") from None
        except SyntaxError as error:
            raise EnvironmentProblem(f"--reward {domain}: {file}:{error.lineno}: {error.msg}") from None
        if not any(isinstance(part, ast.FunctionDef) and part.name == name for part in tree.body):
            raise EnvironmentProblem(f"--reward {domain}: {file} has no function {name}")


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
