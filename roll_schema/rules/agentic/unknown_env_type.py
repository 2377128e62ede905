"""
Unknown environment type.

Detects an `env_type` that neither ROLL nor the gem package registers. It is looked up when the environment workers
start. Names with a colon (`game:...`, `rg:...`) are those of gem and not checked.

    custom_envs:
      Lake:
        env_type: frozen_lakes   # error: [unknown-env-type]
    train_env_manager: {tags: [Lake]}

Use a registered name:

    custom_envs:
      Lake:
        env_type: frozen_lake
    train_env_manager: {tags: [Lake]}

References:

- ROLL 0.1.1-0.3.0: roll/pipeline/agentic/env_manager/traj_env_manager.py, gem.make(env_id=self.env_config["env_type"]
- ROLL 0.1.1-0.3.0: roll/pipeline/agentic/env/__init__.py, gem.register(
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.planning.environments import runs
from roll_schema.planning.workers import environment_setting
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.text import listed

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.1.1")
def unknown_env_type(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    registered = context.release.registries["env_types"]

    def judge(name: str, environment: Any) -> Iterator[Problem]:
        kind = environment_setting(environment, "env_type")
        if not isinstance(kind, str) or kind in registered or ":" in kind or "${" in kind or not runs(config, name):
            return
        advice, change = did_you_mean(kind, registered, f"set `env_type` to one of {listed(registered)}")
        yield Problem(
            f"custom_envs.{name}.env_type",
            f"unknown environment type `{kind}` in ROLL {context.release.name}",
            advice,
            # A name unlike ROLL's may be registered by code outside ROLL.
            severity=None if change else Severity.WARNING,
            change=change,
            certain=False,
        )

    yield from each((config.custom_envs or {}).items(), judge)
