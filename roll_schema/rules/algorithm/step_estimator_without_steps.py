"""
An estimator that needs each turn by itself, over environments that give whole trajectories.

`gigpo` and `step_reinforce` need the states and rewards of single turns. `TrajEnvManager` does not give them, and the
first step fails on the missing key.

    adv_estimator: gigpo   # error: [step-estimator-without-steps]
    custom_envs:
      Sokoban:
        env_type: sokoban
        env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager
    train_env_manager: {tags: [Sokoban]}

A manager that gives single turns:

    adv_estimator: gigpo
    custom_envs:
      Sokoban:
        env_type: sokoban
        env_manager_cls: roll.pipeline.agentic.env_manager.step_env_manager.StepEnvManager
    train_env_manager: {tags: [Sokoban]}
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import environment_setting, items_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, pipelines=("agentic",))
def step_estimator_without_steps(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    if config.adv_estimator not in ("gigpo", "step_reinforce"):
        return
    environments = config.custom_envs or {}

    def judge(_: str, tag: str) -> Iterator[Problem]:
        manager = environment_setting(environments.get(tag), "env_manager_cls")
        if isinstance(manager, str) and manager.rpartition(".")[2] in ("TrajEnvManager", "VLTrajEnvManager"):
            yield Problem(
                "adv_estimator",
                f"`{config.adv_estimator}` needs each turn's state and reward, which "
                f"`{manager.rpartition('.')[2]}` of `{tag}` does not give",
                "Use `StepEnvManager` for it, or another `adv_estimator`.",
                also={f"custom_envs.{tag}.env_manager_cls": "its environment manager"},
            )

    tags = items_of("train_env_manager.tags", config.train_env_manager.tags or [])
    yield from islice(each(tags, judge), 1)
