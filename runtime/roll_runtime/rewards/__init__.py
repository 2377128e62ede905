"""Rewards by rule: a function from an answer and its row to a score, 0 wrong to 1 right.

`BUILT_IN` maps the classes that ROLL's configs name to what scores in their place; nothing is ever imported because a
config names it. A function of the user's own comes from the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
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


def _of_user(place: str) -> Reward:
    """The function of `FILE.py:NAME`."""
    file, _, name = place.rpartition(":")
    path = Path(file)
    spec = spec_from_file_location(path.stem, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise EnvironmentProblem(f"--reward: there is no Python file {file}; write FILE.py:FUNCTION")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    function = getattr(module, name, None)
    if not callable(function):
        raise EnvironmentProblem(f"--reward: {file} has no function {name}")
    return function


def truth(row: dict[str, Any]) -> str:
    """The expected answer of a row; raises DataProblem where it has none."""
    value = row.get("ground_truth", row.get("solution", row.get("answer")))
    if value is None:
        raise DataProblem(f"row {row.get('id', '')} has no column `ground_truth`, which its reward compares with")
    return str(value)
