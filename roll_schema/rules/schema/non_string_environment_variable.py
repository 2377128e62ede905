"""
Non-string environment variable.

Names and values of environment variables are strings. ROLL writes the top-level `system_envs` into its process at load.
It passes those of a worker to Ray when it creates the workers. Both raise a TypeError for numbers, booleans and null.

    system_envs:
      USE_MODELSCOPE: 1   # error: [non-string-environment-variable]

Quote the value:

    system_envs:
      USE_MODELSCOPE: '1'

References:

- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, environ.update(self.system_envs)
- ROLL 0.1.0-0.3.0: roll/distributed/executor/cluster.py, env_vars.update(self.worker_config.system_envs)
- Ray 2.60.0: ray/_private/runtime_env/validation.py, parse_and_validate_env_vars
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.rules.schema.wrong_type import describe
from roll_schema.source.change import Write
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.section import Section


@rule(Severity.ERROR, effect=Effect.LOAD)
def non_string_environment_variable(section: Section, context: Context) -> Iterator[Problem]:
    effect = Effect.STARTUP if context.path else Effect.LOAD

    def judge(name: object, value: object) -> Iterator[Problem]:
        field = f"system_envs.{name}"
        if not isinstance(name, str):
            message = f"name of an environment variable: expected string, found {describe(name)}"
            yield Problem(field, message, f"quote the name: `'{shown(name)}'`", effect=effect, at_key=True)
        elif not isinstance(value, str):
            message = f"`{name}`: expected string for an environment variable, found {describe(value)}"
            written = context.text(field)
            if value is None:
                yield Problem(field, message, f"set `{name}: ''`, or remove `{name}`", effect=effect)
            elif isinstance(value, (dict, list)) or "${" in written:
                yield Problem(field, message, f"set `{name}` to a quoted string", effect=effect)
            else:
                quoted = f"'{written}'"
                advice = f"quote the value: `{name}: {quoted}`"
                yield Problem(field, message, advice, effect=effect, change=Write(quoted))

    yield from each((getattr(section, "system_envs", None) or {}).items(), judge)
