"""
Missing agent runner.

Detects an environment on `ProxyEnvManager` without `agent_runner_cls`. The manager of ROLL 0.3.0 imports this class
when the environment workers start, and reads it from the entry of `custom_envs` itself, not from its `env_config`.

    custom_envs:
      Swe:   # error: [runner-missing]
        env_type: rock_tb_native_env
        env_manager_cls: roll.pipeline.agentic.env_manager.proxy_env_manager.ProxyEnvManager
        env_config: {}
    train_env_manager: {tags: [Swe]}

Name the runner:

    custom_envs:
      Swe:
        env_type: rock_tb_native_env
        env_manager_cls: roll.pipeline.agentic.env_manager.proxy_env_manager.ProxyEnvManager
        agent_runner_cls: mine.Runner
        env_config: {}
    train_env_manager: {tags: [Swe]}

References:

- ROLL 0.3.0: roll/pipeline/agentic/env_manager/proxy_env_manager.py, ProxyEnvManager.__init__
- ROLL 0.3.0: roll/pipeline/agentic/agentic_config.py, AgenticConfig.make_env_configs
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.planning.environments import runs
from roll_schema.planning.workers import environment_setting
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.3.0")
def runner_missing(config: AgenticConfig) -> Iterator[Problem]:
    def judge(name: str, environment: Any) -> Iterator[Problem]:
        manager = environment_setting(environment, "env_manager_cls")
        if not isinstance(manager, str) or not manager.endswith(".ProxyEnvManager") or not runs(config, name):
            return
        if not environment.get("agent_runner_cls"):
            message = f"missing `agent_runner_cls`: `ProxyEnvManager` of `{name}` imports it"
            advice = f"add `agent_runner_cls` to `custom_envs.{name}`"
            yield Problem(f"custom_envs.{name}", message, advice, at_key=True)

    yield from each((config.custom_envs or {}).items(), judge)
