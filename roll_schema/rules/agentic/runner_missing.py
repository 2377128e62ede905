"""
An environment that hands the turns to a runner, without one.

`ProxyEnvManager` of ROLL 0.3.0 needs `agent_runner_cls` in the environment's `env_config`.

    custom_envs:
      Swe:   # error: [runner-missing]
        env_type: rock_tb_native_env
        env_manager_cls: roll.pipeline.agentic.env_manager.proxy_env_manager.ProxyEnvManager
        env_config: {}

With a runner:

    custom_envs:
      Swe:
        env_type: rock_tb_native_env
        env_manager_cls: roll.pipeline.agentic.env_manager.proxy_env_manager.ProxyEnvManager
        env_config: {agent_runner_cls: mine.Runner}
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


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.3.0")
def runner_missing(config: AgenticConfig) -> Iterator[Problem]:
    def judge(name: str, environment: Any) -> Iterator[Problem]:
        manager = environment_setting(environment, "env_manager_cls")
        if not isinstance(manager, str) or not manager.endswith(".ProxyEnvManager"):
            return
        settings = environment.get("env_config")
        if not any(isinstance(part, dict) and part.get("agent_runner_cls") for part in (settings, environment)):
            message = f"`ProxyEnvManager` of `{name}` has no `agent_runner_cls`"
            yield Problem(f"custom_envs.{name}", message, "Add it to `env_config`.", at_key=True)

    yield from each((config.custom_envs or {}).items(), judge)
