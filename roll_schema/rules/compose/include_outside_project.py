"""
An entry of `defaults` that leads out of the project.

The linter reads only files of the project and of folders that the command line allows, since a config may come from
strangers. The rest of the config is not judged without that fragment.

Not shown as an example: it takes a file outside. An entry such as

    defaults:
      - ../../../home/me/secrets@_here_

needs `--config-dir /home/me` to be read.
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def include_outside_project(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help)
