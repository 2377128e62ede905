"""
Refused Megatron settings.

ROLL refuses two settings of Megatron when the workers start: `overlap_param_gather`, and `variable_seq_lengths` with
the token dispatcher `allgather`. `allgather` is the default, so `variable_seq_lengths` needs another
`moe_token_dispatcher_type`.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          overlap_param_gather: true   # error: [setting-refused-by-megatron]

Remove it:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          use_distributed_optimizer: true

References:

- ROLL 0.1.0-0.3.0: roll/distributed/strategy/megatron_strategy.py, MegatronInferStrategy.__init__
- ROLL 0.1.0-0.3.0: mcore_adapter/src/mcore_adapter/training_args.py, DistributingParallelArguments.__post_init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


PLACE = "strategy_args.strategy_config"


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def setting_refused_by_megatron(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    if settings is None:
        return
    if settings.get("overlap_param_gather") is True:
        message = "`overlap_param_gather` must be false: ROLL does not support it"
        yield Problem(f"{PLACE}.overlap_param_gather", message, "remove `overlap_param_gather`")
    dispatcher = settings.get("moe_token_dispatcher_type", "allgather")
    if settings.get("variable_seq_lengths") is True and dispatcher == "allgather":
        default = "" if "moe_token_dispatcher_type" in settings else " (the default)"
        message = f"`variable_seq_lengths` conflicts with `moe_token_dispatcher_type: allgather`{default}"
        also = context.where_set({f"{PLACE}.moe_token_dispatcher_type": "token dispatcher"})
        yield Problem(f"{PLACE}.variable_seq_lengths", message, "set `moe_token_dispatcher_type: alltoall`", also)
