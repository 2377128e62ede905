"""Rules on faults, which bring their own message and help: such a rule is its manual, severity and effect."""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, Rule, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


def fault_rule(
    module: str, severity: Severity = Severity.ERROR, effect: Effect | None = Effect.LOAD, help: str = ""
) -> Rule:
    """The rule of a module, by the module's name; `help` is for faults that bring none."""

    def check(fault: Fault) -> Iterator[Problem]:
        yield Problem("", fault.message, fault.help or help)

    check.__module__, check.__name__ = module, module.rpartition(".")[2]
    return rule(severity, effect)(check)
