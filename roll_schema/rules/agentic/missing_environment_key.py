"""
Missing key of an environment.

Detects an entry of `custom_envs` without a key that its environment manager reads: `agent_system_template`,
`agent_template` or `max_tokens_per_step`. ROLL stops with a KeyError: without a template when the environment workers
start, without `max_tokens_per_step` at the first rollout (ROLL 0.1.0: at load). `agent_system_template: ~` is a prompt
without a system message.

    custom_envs:
      FrozenLake:   # error: [missing-environment-key]
        env_type: frozen_lake
        env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager
        max_tokens_per_step: 128
        agent_system_template: You are a good player.
    train_env_manager: {tags: [FrozenLake]}

Set all of them:

    custom_envs:
      FrozenLake:
        env_type: frozen_lake
        env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager
        max_tokens_per_step: 128
        agent_system_template: You are a good player.
        agent_template: "Turn {turn_idx}: {observation}"
    train_env_manager: {tags: [FrozenLake]}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/env_manager/traj_env_manager.py, TrajEnvManager.__init__
- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/env_manager/traj_env_manager.py, TrajEnvManager.make_decision
- ROLL 0.1.0: roll/pipeline/agentic/agentic_config.py, cfg_template.max_tokens_per_step
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.planning.environments import runs
from roll_schema.planning.workers import environment_setting
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.path import parse

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig

_TEMPLATES = ("agent_system_template", "agent_template")
_MANAGERS = {
    "traj_env_manager.TrajEnvManager": _TEMPLATES,
    "step_env_manager.StepEnvManager": _TEMPLATES,
    "step_concat_env_manager.StepConcatEnvManager": _TEMPLATES,
    "vl_traj_env_manager.VLTrajEnvManager": ("agent_system_template",),
}
"""ROLL's managers, with the templates that they read."""


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def missing_environment_key(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    first_use = Effect.LOAD if context.release.matches("<0.1.1") else Effect.FIRST_STEP

    def judge(name: str, environment: Any) -> Iterator[Problem]:
        manager = environment_setting(environment, "env_manager_cls")
        templates = _MANAGERS.get(str(manager).removeprefix("roll.pipeline.agentic.env_manager."))
        if templates is None or not runs(config, name):
            return
        effects = {**dict.fromkeys(templates), "max_tokens_per_step": first_use}
        for key, effect in effects.items():
            if key not in environment:
                message = f"missing `{key}`: `{parse(str(manager))[-1]!s}` of `{name}` reads it"
                yield Problem(f"custom_envs.{name}.{key}", message, f"add `{key}`", effect=effect)

    yield from each((config.custom_envs or {}).items(), judge)
