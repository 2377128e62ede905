"""
Padding removal without variable sequence lengths.

Up to ROLL 0.1.3, `use_remove_padding` with pipeline parallelism needs `variable_seq_lengths`: stages then exchange
activations of different lengths. An assertion stops the workers. `variable_seq_lengths` in turn needs the `alltoall`
dispatcher.

    actor_train:
      use_remove_padding: true   # error: [padding-removal-refused]
      strategy_args:
        strategy_name: megatron_train
        strategy_config: {pipeline_model_parallel_size: 2}

Allow variable lengths:

    actor_train:
      use_remove_padding: true
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          pipeline_model_parallel_size: 2
          variable_seq_lengths: true
          moe_token_dispatcher_type: alltoall

References:

- ROLL 0.1.1-0.1.3: roll/distributed/strategy/megatron_strategy.py, MegatronInferStrategy.__init__
- ROLL 0.1.1-0.1.3: mcore_adapter/src/mcore_adapter/training_args.py, MegatronArguments.allow_variable_seq_lengths
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.1.1,<0.2.0")
def padding_removal_refused(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    if settings is None or not worker.use_remove_padding:
        return
    if settings.get("pipeline_model_parallel_size", 1) != 1 and not settings.get("variable_seq_lengths"):
        message = "`use_remove_padding` with pipeline parallelism needs `variable_seq_lengths`"
        advice = "set `variable_seq_lengths: true` and `moe_token_dispatcher_type: alltoall` in `strategy_config`"
        yield Problem("use_remove_padding", message, advice)
