"""
More than 10,000 problems in one config.

roll-lint shows at most 10,000 problems of a config, and stops checking it when too many of its values are invalid. Most
often such a file is not a config for ROLL, or a generated mapping has a misspelt key in each of its entries.
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def too_many_problems(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help="Check that this is the file that was meant.")
