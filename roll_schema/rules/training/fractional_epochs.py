"""
Fractional number of epochs.

SFT and distillation loop over `range(num_train_epochs)`. Python refuses a float there, and the default is the float
1.0. So the config must set an integer. The run fails after the models are loaded.

    sft_train:
      training_args:   # error: [fractional-epochs]
        learning_rate: 1.0e-5

Set an integer:

    sft_train:
      training_args:
        learning_rate: 1.0e-5
        num_train_epochs: 3

References:

- ROLL 0.1.1-0.3.0: roll/pipeline/sft/sft_pipeline.py, SFTPipeline.run
- ROLL 0.1.0-0.3.0: roll/pipeline/distill/distill_pipeline.py, DistillPipeline.run
- ROLL 0.1.0-0.3.0: roll/pipeline/distill/distill_vlm_pipeline.py, DistillVLMPipeline.run
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, pipelines=("sft", "distill", "distill_vl"))
def fractional_epochs(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    key = "training_args.num_train_epochs"
    epochs = context.written(key)
    if context.path in ("sft_train", "student") and (epochs is None or isinstance(epochs, float)):
        found = "the default float `1.0`" if epochs is None else f"float `{shown(epochs)}`"
        whole = max(1, int(epochs)) if epochs is not None and isfinite(epochs) else 1
        message = f"`num_train_epochs` must be an integer, found {found}"
        yield Problem(key, message, f"set `num_train_epochs: {whole}`")
