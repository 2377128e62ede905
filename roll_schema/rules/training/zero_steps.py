"""
A number of steps that ROLL divides by, and that is 0.

Every pipeline asks after each step whether its number is a multiple of `save_steps`; RLVR does so with `logging_steps`
and, with validation data, `eval_steps` as well. 0 is not "never" but a division by zero, after the models were loaded
and the first step was done. RLVR's `max_steps` must be above 0; ROLL checks that when it starts.

    max_steps: 100
    save_steps: 0   # error: [zero-steps]

A number above `max_steps` saves at the end only:

    max_steps: 100
    save_steps: 1000
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.rlvr_config import RLVRConfig
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def zero_steps(config: BaseConfig, context: Context) -> Iterator[Problem]:
    # The very first step is never saved, so that a run of one step does not get to the division.
    if config.save_steps == 0 and config.max_steps != 1 and not context.only_samples:
        advice = f"Write `save_steps: {max(config.max_steps, 1000)}` to save at the end only."
        yield Problem("save_steps", "`save_steps` is 0, and ROLL divides by it", advice, effect=Effect.SAVING)
    if context.pipeline in RLVR_TRAINING and isinstance(config, RLVRConfig):
        yield from _of_rlvr(config)


def _of_rlvr(config: RLVRConfig) -> Iterator[Problem]:
    """What RLVR's own loop divides by."""
    if config.max_steps <= 0:
        message = f"`max_steps` is {config.max_steps}, and ROLL runs only with more than 0"
        yield Problem("max_steps", message, "Write `max_steps: 500`, or as many as you want.", effect=Effect.STARTUP)
    if config.logging_steps == 0:
        advice = f"Write `logging_steps: {max(config.max_steps, 1000)}` to print the first step only."
        yield Problem("logging_steps", "`logging_steps` is 0, and ROLL divides by it", advice)
    if config.eval_steps == 0 and config.validation is not None and config.validation.data_args is not None:
        advice = "To have no validation, leave `validation` out."
        yield Problem("eval_steps", "`eval_steps` is 0, and ROLL divides by it", advice, effect=Effect.EVALUATION)
