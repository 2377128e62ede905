"""
An adapter on a model that FSDP2 only reads.

`fsdp2_infer` looks for the model's layers where PEFT's wrapper has none, and stops when the worker starts. The
reference needs no adapter: it is the model without one.

    reference:
      model_args: {lora_target: "q_proj,v_proj"}   # error: [lora-on-frozen-fsdp2]
      strategy_args: {strategy_name: fsdp2_infer}

Leave it out:

    reference:
      model_args: {dtype: bf16}
      strategy_args: {strategy_name: fsdp2_infer}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0")
def lora_on_frozen_fsdp2(worker: WorkerConfig) -> Iterator[Problem]:
    strategy = worker.strategy_args
    if strategy is not None and strategy.strategy_name == "fsdp2_infer" and worker.model_args.lora_target is not None:
        message = "`fsdp2_infer` cannot load a model with an adapter"
        yield Problem("model_args.lora_target", message, "Delete it.", {"strategy_args.strategy_name": "the backend"})
