"""
Megatron settings that ROLL refuses.

`overlap_param_gather` is refused when the workers start, and so is `variable_seq_lengths` together with the `allgather`
dispatcher of mixture-of-experts models.

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          overlap_param_gather: true   # error: [setting-refused-by-megatron]

Leave it out:

    actor_train:
      strategy_args:
        strategy_name: megatron_train
        strategy_config:
          use_distributed_optimizer: true
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


PLACE = "strategy_args.strategy_config"


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def setting_refused_by_megatron(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "megatron_train", "megatron_infer")
    if settings is None:
        return
    if settings.get("overlap_param_gather") is True:
        message = "ROLL asserts that `overlap_param_gather` is off"
        yield Problem(f"{PLACE}.overlap_param_gather", message, "Delete it.")
    if settings.get("variable_seq_lengths") is True and settings.get("moe_token_dispatcher_type") == "allgather":
        message = "`variable_seq_lengths` does not go with the dispatcher `allgather`"
        also = {f"{PLACE}.moe_token_dispatcher_type": "the dispatcher"}
        yield Problem(f"{PLACE}.variable_seq_lengths", message, "Write `moe_token_dispatcher_type: alltoall`.", also)
