"""
A tab where YAML allows only spaces.

OmegaConf's loader accepts tabs inside quotes, block text and comments; anywhere else, in indentation as well as between
a key and its value, it stops at load. Here `␉` stands for one:

    save_steps:␉100   # error: [tab-character]

With a space:

    save_steps: 100
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def tab_character(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help or "Use spaces.")
