"""
Invalid setting in a comment.

`# roll-lint: release=... pipeline=...` says what a config is for. If the release or pipeline does not exist, roll-lint
checks the config as if the comment did not exist. An ignore comment that names no rule hides nothing.

    # roll-lint: release=0.9   # error: [invalid-setting]
    save_steps: 100

Name a release that exists:

    # roll-lint: release=0.1.3
    save_steps: 100

References:

- roll-lint 0.1.0: roll_schema/engine/settings.py, wrong
- roll-lint 0.1.0: roll_schema/engine/suppress.py, comments
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Fault, Severity


@rule(Severity.ERROR)
def invalid_setting(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, fault.help)
