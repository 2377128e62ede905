"""
A run of no steps that ends as if all was well.

`max_steps: -1` means `without end` only for the rollout pipeline. The training pipeline of ROLL 0.1.3 and later makes
not one step, and says that it has finished. Any other number below 1 fails while the config is loaded.

    max_steps: -1   # error: [no-steps]

As many as you want:

    max_steps: 200
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
    if config.max_steps > 0:
        return
    endless = config.max_steps == -1 and context.release.matches(">=0.1.3")
    if endless and context.pipeline == "agentic_rollout":
        return
    fate = (
        "the run ends at once, without an error and without training" if endless else "ROLL runs only with more than 0"
    )
    advice = "Write `max_steps: 200`, or as many as you want."
    message = f"`max_steps` is {config.max_steps}: {fate}"
    yield Problem("max_steps", message, advice, effect=Effect.DIFFERENT if endless else None)
