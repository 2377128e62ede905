"""
Text that is not valid YAML.

The loader stops at the first such place and ROLL never starts. An unclosed bracket or quote is shown where it opens;
other errors where the parser noticed them, so the cause may stand a little above.

    domain_interleave_probs: {math: 0.5, code: 0.5   # error: [syntax-error]
    save_steps: 100

Here a brace is missing:

    domain_interleave_probs: {math: 0.5, code: 0.5}
    save_steps: 100
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.diagnostic import Fault, Severity
from roll_schema.rule import Problem, rule


@rule(Severity.ERROR, fails="at load")
def syntax_error(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help)
