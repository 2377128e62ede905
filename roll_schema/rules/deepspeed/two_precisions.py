"""
Both half precisions enabled.

The rule finds `fp16` and `bf16` (or `bfloat16`, its old name) enabled in the same `strategy_config`. DeepSpeed refuses
them together when the workers start.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          fp16: {enabled: true}   # error: [two-precisions]
          bf16: {enabled: true}

Enable one of them:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          bf16: {enabled: true}

DeepSpeed reads the old name if `bf16` is missing:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          fp16: {enabled: true}   # error: [two-precisions]
          bfloat16: {enabled: true}

References:

- DeepSpeed 0.19.8: deepspeed/runtime/config.py, bfloat16 and fp16 modes cannot be simultaneously enabled
- DeepSpeed 0.19.8: deepspeed/runtime/precision_config.py, get_bfloat16_config
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
    # DeepSpeed reads the old name only if the new one is missing.
    brain_float = "bf16" if "bf16" in settings else "bfloat16"
    if _is_enabled(settings.get("fp16")) and _is_enabled(settings.get(brain_float)):
        place = "strategy_args.strategy_config"
        yield Problem(
            f"{place}.fp16",
            f"`fp16` conflicts with `{brain_float}`: DeepSpeed accepts one of them",
            "remove `fp16`",
            also={f"{place}.{brain_float}": "also enabled"},
            at_key=True,
        )


def _is_enabled(section: object) -> bool:
    """Whether DeepSpeed, which validates with pydantic, reads a section as enabled."""
    enabled = section.get("enabled") if isinstance(section, dict) else None
    return enabled == 1 or (isinstance(enabled, str) and enabled.lower() in ("true", "t", "yes", "y", "on", "1"))
