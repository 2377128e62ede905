"""
Interval of 0 steps.

After each step, every pipeline takes the step modulo `save_steps`. RLVR does the same with `logging_steps` and, if
there is validation data, with `eval_steps`. 0 does not mean "never": it is a division by zero after the models are
loaded.

    max_steps: 100
    save_steps: 0   # error: [zero-interval]

A number above `max_steps` saves only the last step:

    max_steps: 100
    save_steps: 1000

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/base_pipeline.py, BasePipeline.do_checkpoint
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, RLVRPipeline.run
- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_vlm_pipeline.py, RLVRVLMPipeline.run
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
def zero_interval(config: BaseConfig, context: Context) -> Iterator[Problem]:
    # The first step is never saved, so a run of one step does not divide.
    if config.save_steps == 0 and config.max_steps != 1 and not context.only_samples:
        yield _division("save_steps", f"set `save_steps: {_beyond(config)}` to save only the last step", Effect.SAVING)
    if context.pipeline not in RLVR_TRAINING or not isinstance(config, RLVRConfig):
        return
    if config.logging_steps == 0:
        yield _division(
            "logging_steps", f"set `logging_steps: {_beyond(config)}` to log only the first step", Effect.FIRST_STEP
        )
    if config.eval_steps == 0 and config.validation is not None and config.validation.data_args is not None:
        yield _division("eval_steps", "remove `validation` to skip validation", Effect.EVALUATION)


def _beyond(config: BaseConfig) -> int:
    """An interval that no step but the last one reaches."""
    return max(config.max_steps, 1000)


def _division(key: str, advice: str, effect: Effect) -> Problem:
    return Problem(key, f"`{key}` must not be 0: ROLL divides by it", advice, effect=effect)
