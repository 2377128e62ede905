"""
Run without steps.

Detects `max_steps` below 1. ROLL refuses it at load, except `-1`, which ROLL 0.1.3 and later accept: the rollout
pipeline then runs without end, but the training pipeline makes no step and ends as if it had succeeded.

    max_steps: -1   # error: [no-steps]

Set the number of steps:

    max_steps: 200

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_config.py, assert self.max_steps > 0
- ROLL 0.1.0-0.3.0: roll/pipeline/agentic/agentic_pipeline.py, range(self.pipeline_config.max_steps)
- ROLL 0.1.3-0.3.0: roll/pipeline/agentic/agentic_rollout_pipeline.py, self.pipeline_config.max_steps == -1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.agentic_config import AgenticConfig


@rule(Severity.ERROR, effect=Effect.LOAD)
def no_steps(config: AgenticConfig, context: Context) -> Iterator[Problem]:
    steps, advice = config.max_steps, "set `max_steps: 200`"
    if steps == -1 and context.release.matches(">=0.1.3"):
        if context.pipeline != "agentic_rollout":
            message = "`max_steps: -1` trains nothing: the run ends at once, without an error"
            yield Problem("max_steps", message, advice, effect=Effect.DIFFERENT)
    elif steps < 1:
        yield Problem("max_steps", f"`max_steps` must be positive, found `{steps}`", advice)
