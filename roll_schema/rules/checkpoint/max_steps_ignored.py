"""
A number of steps that SFT and distillation overwrite.

SFT and distillation reckon their steps from the data and the epochs, and do not know the last one: only steps that are
a multiple of `save_steps` are saved, so that the final weights may be lost.

    max_steps: 100   # warning: [max-steps-ignored]

By epochs alone:

    save_steps: 50
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, pipelines=("sft", "distill", "distill_vl"))
def max_steps_ignored(config: BaseConfig, context: Context) -> Iterator[Problem]:
    if context.is_set("max_steps"):
        message = f"`max_steps: {config.max_steps}` is overwritten: the steps follow from the data and the epochs"
        yield Problem("max_steps", message, "Delete it, and set `num_train_epochs`.")
