"""
An anchor that is set twice.

YAML lets the later anchor replace the earlier one, and many tools do. PyYAML, which loads the config for ROLL, refuses
the file.

    prompt_length: &length 2048
    response_length: &length 4096   # error: [duplicate-anchor]

Give each anchor a name of its own:

    prompt_length: &prompt_length 2048
    response_length: &response_length 4096
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def duplicate_anchor(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help="Rename one of the anchors, and the aliases that refer to it.")
