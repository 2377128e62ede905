"""
A config without any key.

An empty file, or one of comments only, sets no model, no data and no reward, so there is nothing that ROLL could train.

    # To be written.   # error: [empty-file]

A config is a mapping of keys to values:

    exp_name: my-run
    pretrain: Qwen/Qwen2.5-0.5B-Instruct
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def empty_file(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Write the config, or check that this is the file that was meant."
    yield Problem("", fault.message, help=advice)
