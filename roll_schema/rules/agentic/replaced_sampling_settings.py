"""
Sampling settings of an environment manager that ROLL replaces.

Detects `generating_args` on an environment manager next to `generating_args` on `actor_infer`. ROLL replaces the former
with the latter, so that a temperature of 0 for validation is lost.

    actor_infer:
      generating_args: {temperature: 1.0}
    train_env_manager: {}
    val_env_manager:
      generating_args: {temperature: 0.0}   # warning: [replaced-sampling-settings]

From ROLL 0.2.0, set them on both managers only:

    train_env_manager:
      generating_args: {temperature: 1.0}
    val_env_manager:
      generating_args: {temperature: 0.0}

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_config.py, AgenticConfig.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.rules.agentic.unknown_environment import MANAGERS
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def replaced_sampling_settings(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    rollout, of_rollout = context.roles.infer, context.written("actor_infer.generating_args")
    movable = context.release.matches(">=0.2.0")

    def of_manager(manager: str, _: object) -> Iterator[Problem]:
        own = context.written(f"{manager}.generating_args")
        if isinstance(own, dict) and isinstance(of_rollout, dict):
            yield from each(own.items(), of_setting, manager, of_rollout)

    def of_setting(key: str, value: object, manager: str, used: dict[str, object]) -> Iterator[Problem]:
        if key not in used or used[key] != value:
            remedy = f"move `{rollout}.generating_args` to `train_env_manager`"
            yield Problem(
                f"{manager}.generating_args.{key}",
                f"`{key}: {shown(value)}` is ignored: `{rollout}.generating_args` replaces it",
                remedy if movable else f"remove `{key}` from `{manager}`",
                also={"actor_infer.generating_args": "the settings that ROLL uses"},
            )

    yield from each(dict.fromkeys(MANAGERS).items(), of_manager)
