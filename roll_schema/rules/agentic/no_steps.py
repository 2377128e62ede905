"""
A run of no steps that ends as if all was well.

`max_steps: -1` means `without end` only for the rollout pipeline. The training pipeline of ROLL 0.1.3 and later makes
not one step, and says that it has finished.

    max_steps: -1   # error: [no-steps]

As many as you want:

    max_steps: 200
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Context, Problem, rule

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, fails="silently", pipelines=("agentic",))
def no_steps(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    if config.max_steps > 0:
        return
    early = context.release.matches("<0.1.3")
    fate = "ROLL runs only with more than 0" if early else "the run ends at once, without an error and without training"
    advice = "Write `max_steps: 200`, or as many as you want."
    yield Problem("max_steps", f"`max_steps` is {config.max_steps}: {fate}", advice, fails="at start" if early else "")
