"""
An environment without the texts that its manager puts the prompt together from.

ROLL's managers look up `agent_system_template`, `agent_template` and `max_tokens_per_step` in the entry of
`custom_envs`, and stop with a KeyError where one is missing: the first two when the environment workers start, the
third at the first rollout. `agent_system_template: ~` goes without a system prompt.

    custom_envs:
      FrozenLake:   # error: [environment-text-missing]
        env_type: frozen_lake
        env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager
        max_tokens_per_step: 128
        agent_system_template: You are a good player.
    train_env_manager: {tags: [FrozenLake]}

With all of them:

    custom_envs:
      FrozenLake:
        env_type: frozen_lake
        env_manager_cls: roll.pipeline.agentic.env_manager.traj_env_manager.TrajEnvManager
        max_tokens_per_step: 128
        agent_system_template: You are a good player.
        agent_template: "Turn {turn_idx}: {observation}"
    train_env_manager: {tags: [FrozenLake]}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.planning.workers import environment_setting
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig

_TEXTS = ("agent_system_template", "agent_template")
_MANAGERS = {
    "traj_env_manager.TrajEnvManager": _TEXTS,
    "step_env_manager.StepEnvManager": _TEXTS,
    "step_concat_env_manager.StepConcatEnvManager": _TEXTS,
    "vl_traj_env_manager.VLTrajEnvManager": ("agent_system_template",),
}
"""ROLL's managers, with the keys that they need."""


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def environment_text_missing(config: AgenticConfig) -> Iterator[Problem]:
    used = {*(config.train_env_manager.tags or ()), *(config.val_env_manager.tags or ())}

    def judge(name: str, environment: Any) -> Iterator[Problem]:
        manager = environment_setting(environment, "env_manager_cls")
        needed = _MANAGERS.get(str(manager).removeprefix("roll.pipeline.agentic.env_manager."))
        if name not in used or needed is None:
            return
        for key in (*needed, "max_tokens_per_step"):
            if key not in environment:
                effect = Effect.FIRST_STEP if key == "max_tokens_per_step" else None
                message = f"`{key}` is missing, and `{str(manager).rpartition('.')[2]}` looks it up"
                yield Problem(f"custom_envs.{name}.{key}", message, f"Add `{key}`.", effect=effect)

    yield from each((config.custom_envs or {}).items(), judge)
