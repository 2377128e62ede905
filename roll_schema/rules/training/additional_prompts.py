"""
Additional prompts that are never asked for, or for nothing.

`max_additional_running_prompts` counts only with `is_use_additional_prompts`, which from ROLL 0.2.0 needs it above 0.

    max_additional_running_prompts: 16   # warning: [additional-prompts]

With its switch:

    is_use_additional_prompts: true
    max_additional_running_prompts: 16
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, pipelines=RLVR_TRAINING)
def additional_prompts(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    field, count = "max_additional_running_prompts", config.max_additional_running_prompts
    if not config.is_use_additional_prompts:
        if context.is_set(field) and count > 0:
            message = f"`{field}: {count}` is not used without `is_use_additional_prompts`"
            yield Problem(field, message, "Write `is_use_additional_prompts: true`, or delete it.")
    elif count <= 0 and context.release.matches(">=0.2.0"):
        message = f"`is_use_additional_prompts` needs `{field}` above 0, which is {count}"
        place = field if context.is_set(field) else "is_use_additional_prompts"
        yield Problem(place, message, f"Write `{field}: 16`.", severity=Severity.ERROR, effect=Effect.WORKER_START)
