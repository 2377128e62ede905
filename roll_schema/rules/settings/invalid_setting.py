"""
A setting in a comment that roll-lint cannot follow.

`# roll-lint: release=... pipeline=...` says what a config is for. A release or pipeline that does not exist is not
guessed at: the config is checked as if the comment were not there.

    # roll-lint: release=0.9   # error: [invalid-setting]
    save_steps: 100

Name one that exists:

    # roll-lint: release=0.1.3
    save_steps: 100
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Fault, Severity


@rule(Severity.ERROR)
def invalid_setting(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, fault.help)
