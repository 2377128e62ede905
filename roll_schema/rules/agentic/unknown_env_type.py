"""
A kind of environment that ROLL does not have.

`env_type` is a name that ROLL, or the gem package, has registered; it is looked up when the environment workers start.
Names with a colon (`game:...`, `rg:...`) come from gem and are not checked.

    custom_envs:
      Lake:
        env_type: frozen_lakes   # error: [unknown-env-type]

Write a registered name:

    custom_envs:
      Lake:
        env_type: frozen_lake
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from roll_schema.models.each import each
from roll_schema.planning.workers import environment_setting
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.unknown import did_you_mean
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.1.1")
def unknown_env_type(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    known = context.release.registries["env_types"]

    def judge(name: str, environment: Any) -> Iterator[Problem]:
        kind = environment_setting(environment, "env_type")
        if not isinstance(kind, str) or kind in known or ":" in kind or "${" in kind:
            return
        advice, change = did_you_mean(kind, known, f"It has {', '.join(f'`{one}`' for one in known)}.")
        yield Problem(
            f"custom_envs.{name}.env_type",
            f"ROLL {context.release.name} has no environment `{kind}`",
            advice,
            # What resembles none of ROLL's own may be registered by code of one's own.
            severity=None if change else Severity.WARNING,
            change=change,
            certain=False,
        )

    yield from each((config.custom_envs or {}).items(), judge)
