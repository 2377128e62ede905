"""
Sampling settings of an environment manager that are replaced.

From ROLL 0.2.0, `generating_args` of `actor_infer` replace those of both environment managers: a temperature of 0 for
validation is lost. Without them, `val_env_manager` needs its own.

    actor_infer:
      generating_args: {temperature: 1.0}
    train_env_manager: {}
    val_env_manager:
      generating_args: {temperature: 0.0}   # warning: [replaced-sampling-settings]

On the managers only:

    train_env_manager:
      generating_args: {temperature: 1.0}
    val_env_manager:
      generating_args: {temperature: 0.0}
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


@rule(Severity.WARNING, effect=Effect.DIFFERENT, releases=">=0.2.0")
def replaced_sampling_settings(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    theirs = context.written("actor_infer.generating_args")

    def of_manager(manager: str, _: object) -> Iterator[Problem]:
        mine = context.written(f"{manager}.generating_args")
        if isinstance(mine, dict) and isinstance(theirs, dict):
            yield from each(mine.items(), of_setting, manager, theirs)

    def of_setting(name: str, value: object, manager: str, theirs: dict[str, object]) -> Iterator[Problem]:
        if name not in theirs or theirs[name] != value:
            yield Problem(
                f"{manager}.generating_args.{name}",
                f"`{name}: {shown(value)}` is replaced by the `generating_args` of `{context.roles.infer}`",
                "Write them on the environment managers only.",
                also={"actor_infer.generating_args": "what replaces it"},
            )

    yield from each(dict.fromkeys(MANAGERS).items(), of_manager)
