"""
LoRA on `fsdp2_infer`.

The rule finds a `lora_target` on a role with the strategy `fsdp2_infer`, such as the reference model. ROLL builds the
adapter only for roles that train, but looks for the layers of every role with a `lora_target` inside an adapter. The
worker stops when it starts. A reference model needs no adapter.

    reference:
      model_args: {lora_target: "q_proj,v_proj"}   # error: [lora-on-fsdp2-infer]
      strategy_args: {strategy_name: fsdp2_infer}

Load the model without an adapter:

    reference:
      model_args: {dtype: bf16}
      strategy_args: {strategy_name: fsdp2_infer}

References:

- ROLL 0.3.0: roll/distributed/strategy/fsdp2_strategy.py, FSDP2StrategyBase._get_layers
- ROLL 0.3.0: roll/models/model_providers.py, setup_lora_training
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.3.0")
def lora_on_fsdp2_infer(worker: WorkerConfig) -> Iterator[Problem]:
    if runs_on(worker, "fsdp2_infer") and worker.model_args.lora_target is not None:
        yield Problem(
            "model_args.lora_target",
            "`lora_target` conflicts with `fsdp2_infer`, which cannot load a model with an adapter",
            "remove `lora_target`",
            also={"strategy_args.strategy_name": "the strategy"},
        )
