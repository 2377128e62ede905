"""
Text that is not valid YAML.

The loader stops at the first error, and ROLL never starts. A parser often stops lines below the cause: at the key after
an open bracket, or at the next line that is indented correctly. The diagnostic names the line to change, and a note the
place where the parser stops.

    domain_interleave_probs: {math: 0.5, code: 0.5   # error: [syntax-error]
    save_steps: 100

Here a brace is missing:

    domain_interleave_probs: {math: 0.5, code: 0.5}
    save_steps: 100
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Fault, Severity


@rule(Severity.ERROR, effect=Effect.LOAD)
def syntax_error(fault: Fault) -> Iterator[Problem]:
    yield Problem("", fault.message, help=fault.help)
