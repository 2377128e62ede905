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

`bfloat16` is an old name of `bf16`:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          fp16: {enabled: true}   # error: [two-precisions]
          bfloat16: {enabled: true}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.section import Settings
from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def two_precisions(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "deepspeed_train", "deepspeed_infer") or Settings()
    # DeepSpeed looks at the old name only where the new one is missing.
    other = "bf16" if "bf16" in settings else "bfloat16"
    if _is_on(settings.get("fp16")) and _is_on(settings.get(other)):
        place = "strategy_args.strategy_config"
        message = f"DeepSpeed refuses `fp16` and `{other}` together"
        yield Problem(f"{place}.fp16", message, "Delete `fp16`.", also={f"{place}.{other}": "on too"}, at_key=True)


def _is_on(part: object) -> bool:
    """Whether DeepSpeed, which has pydantic read it, takes a section for switched on."""
    enabled = part.get("enabled") if isinstance(part, dict) else None
    return enabled == 1 or (isinstance(enabled, str) and enabled.lower() in ("true", "t", "yes", "y", "on", "1"))
