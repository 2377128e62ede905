"""
`max_steps` in SFT or distillation.

SFT, from ROLL 0.1.3, and distillation train for `num_train_epochs` epochs. `max_steps` does not end the run. ROLL saves
every `save_steps` steps and at step `max_steps` - 1, so the weights of the last step may not be saved.

    max_steps: 100   # warning: [max-steps-ignored]

Set the epochs instead:

    sft_train:
      training_args: {num_train_epochs: 3}

References:

- ROLL 0.1.3-0.3.0: roll/pipeline/sft/sft_pipeline.py, SFTPipeline.run
- ROLL 0.1.0-0.3.0: roll/pipeline/distill/distill_pipeline.py, DistillPipeline.run
- ROLL 0.1.0-0.3.0: roll/pipeline/base_pipeline.py, BasePipeline.do_checkpoint
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
    ends_the_run = context.pipeline == "sft" and context.release.matches("<0.1.3")
    if context.is_set("max_steps") and not ends_the_run:
        message = f"`max_steps: {config.max_steps}` is ignored: the run ends after `num_train_epochs` epochs"
        yield Problem("max_steps", message, "remove `max_steps`, and set `num_train_epochs`")
