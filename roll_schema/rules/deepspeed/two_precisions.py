"""
Both half precisions at once.

DeepSpeed refuses `fp16` and `bf16` switched on together when its workers start.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          fp16: {enabled: true}   # error: [two-precisions]
          bf16: {enabled: true}

One of them:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          bf16: {enabled: true}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.diagnostic import Severity
from roll_schema.rule import Problem, rule
from roll_schema.workers import settings_of

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, fails="at worker start")
def two_precisions(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "deepspeed_train", "deepspeed_infer")
    on = [name for name in ("fp16", "bf16") if settings and _is_on(settings.get(name))]
    if len(on) == 2:
        place = "strategy_args.strategy_config"
        message = "DeepSpeed refuses `fp16` and `bf16` together"
        yield Problem(f"{place}.fp16", message, "Delete `fp16`.", also={f"{place}.bf16": "on too"}, at_key=True)


def _is_on(part: object) -> bool:
    return isinstance(part, dict) and part.get("enabled") is True
