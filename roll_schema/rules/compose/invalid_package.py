"""
A `# @package` header that Hydra refuses, or that moves the whole config out of ROLL's sight.

A header says below which key the file's content goes. It has exactly one name, and in the config that is started only
`_global_` leaves the keys where ROLL looks for them; with a name such as `actor_train` ROLL runs on its defaults.

    # @package _global_ actor_train   # error: [invalid-package]
    exp_name: my-run

One name, or no header at all:

    # @package _global_
    exp_name: my-run
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def invalid_package(fault: Fault) -> Iterator[Problem]:
    advice = fault.help or "Write `# @package _global_`; only a fragment may name a section instead."
    yield Problem("", fault.message, help=advice)
