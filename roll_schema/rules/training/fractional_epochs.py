"""
Epochs that are written with a fraction.

Fine-tuning and distillation go through `range(num_train_epochs)`, and the default is the number 1.0: without an integer
in the config, the run stops with a TypeError after the models are loaded.

    sft_train:
      training_args:   # error: [fractional-epochs]
        learning_rate: 1.0e-5

Write an integer:

    sft_train:
      training_args:
        learning_rate: 1.0e-5
        num_train_epochs: 3
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, pipelines=("sft", "distill", "distill_vl"))
def fractional_epochs(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    epochs = context.written("training_args.num_train_epochs")
    if context.path in ("sft_train", "student") and (epochs is None or isinstance(epochs, float)):
        shown = "missing, and 1.0 by default" if epochs is None else epochs
        message = f"`num_train_epochs` is {shown}: ROLL counts with it and takes an integer only"
        whole = max(1, int(epochs)) if epochs is not None and isfinite(epochs) else 1
        yield Problem("training_args.num_train_epochs", message, f"Write `num_train_epochs: {whole}`.")
