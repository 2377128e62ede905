"""
Step-level advantage estimator without step-level rewards.

Detects `gigpo` and `step_reinforce` with an environment manager that returns whole trajectories. These estimators need
the state and the reward of each turn. `TrajEnvManager` and `VLTrajEnvManager` do not return them, and the first step
fails with a KeyError.

    adv_estimator: gigpo   # error: [step-estimator-without-steps]
    custom_envs:
      Sokoban:
        env_type: sokoban
        env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager
    train_env_manager: {tags: [Sokoban]}

Use an environment manager that returns single turns:

    adv_estimator: gigpo
    custom_envs:
      Sokoban:
        env_type: sokoban
        env_manager_cls: roll.pipeline.agentic.env_manager.step_env_manager.StepEnvManager
    train_env_manager: {tags: [Sokoban]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/utils.py, compute_discounted_returns
- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/utils.py, build_state_group
- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/env_manager/traj_env_manager.py, TrajEnvManager.formulate_rollouts
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import environment_setting, items_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import parse

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig

STEP_MANAGER = "roll.pipeline.agentic.env_manager.step_env_manager.StepEnvManager"


@rule(Severity.ERROR, effect=Effect.FIRST_STEP, pipelines=("agentic",))
def step_estimator_without_steps(config: AgenticConfig) -> Iterator[Problem]:
    estimator, environments = config.adv_estimator, config.custom_envs or {}
    if estimator not in ("gigpo", "step_reinforce"):
        return

    def judge(_: str, tag: str) -> Iterator[Problem]:
        manager = environment_setting(environments.get(tag), "env_manager_cls")
        name = parse(manager)[-1] if isinstance(manager, str) and manager else ""
        if name in ("TrajEnvManager", "VLTrajEnvManager"):
            yield Problem(
                "adv_estimator",
                f"`adv_estimator: {estimator}` needs the reward of each turn, which `{name}` does not return",
                f"set `env_manager_cls: {STEP_MANAGER}`",
                also={f"custom_envs.{tag}.env_manager_cls": f"the environment manager of `{tag}`"},
            )

    tags = items_of("train_env_manager.tags", config.train_env_manager.tags or [])
    yield from islice(each(tags, judge), 1)
