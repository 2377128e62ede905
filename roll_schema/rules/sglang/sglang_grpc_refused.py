"""
Unimplemented gRPC mode of SGLang.

ROLL reads `grpc_mode` since 0.2.1 but does not implement it: the worker raises a NotImplementedError when it starts.

    actor_infer:
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8, grpc_mode: true}   # error: [sglang-grpc-refused]

Remove it:

    actor_infer:
      strategy_args:
        strategy_name: sglang
        strategy_config: {mem_fraction_static: 0.8}

References:

- ROLL 0.2.1-0.3.0: roll/distributed/strategy/sglang_strategy.py, SgLangStrategy.initialize
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.1")
def sglang_grpc_refused(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "sglang")
    if settings is not None and settings.get("grpc_mode") is True:
        message = "unsupported `grpc_mode`: ROLL does not implement it"
        yield Problem("strategy_args.strategy_config.grpc_mode", message, "remove `grpc_mode`")
