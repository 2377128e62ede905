"""
An environment variable that is no text.

Environment variables are text: ROLL writes the top-level `system_envs` into the process at load, and hands a worker's
to Ray, and both refuse numbers, truth values and null.

    system_envs:
      USE_MODELSCOPE: 1   # error: [non-string-environment-variable]

Put the value in quotes:

    system_envs:
      USE_MODELSCOPE: '1'
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.change import Write
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.section import Section


@rule(Severity.ERROR, effect=Effect.LOAD)
def non_string_environment_variable(section: Section, context: Context) -> Iterator[Problem]:
    effect = Effect.WORKER_START if context.path else Effect.LOAD

    def judge(key: object, value: object) -> Iterator[Problem]:
        if not isinstance(key, str):
            message = f"the variable's name is read as {shown(key)} ({type(key).__name__}), and must be text"
            yield Problem(f"system_envs.{key}", message, "Put the name in quotes.", effect=effect, at_key=True)
        elif value is None:
            message = f"`{key}` is null, and an environment variable must be text"
            yield Problem(f"system_envs.{key}", message, f"Delete it, or write `{key}: ''`.", effect=effect)
        elif not isinstance(value, str):
            message = f"`{key}` is {shown(value)} ({type(value).__name__}), and an environment variable must be text"
            written = context.text(f"system_envs.{key}")
            if isinstance(value, (dict, list)) or "${" in written:
                yield Problem(f"system_envs.{key}", message, "Write a text in quotes.", effect=effect)
            else:
                advice = f"Write `{key}: '{written}'`."
                yield Problem(f"system_envs.{key}", message, advice, effect=effect, change=Write(f"'{written}'"))

    yield from each((getattr(section, "system_envs", None) or {}).items(), judge)
