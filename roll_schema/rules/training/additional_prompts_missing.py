"""
Additional prompts without a number.

From ROLL 0.2.0, `is_use_additional_prompts: true` requires a positive `max_additional_running_prompts`. ROLL asserts it
when the scheduler of the rollouts starts.

    # roll-lint --release 0.2.0
    is_use_additional_prompts: true
    max_additional_running_prompts: 0   # error: [additional-prompts-missing]

Allow some:

    # roll-lint --release 0.2.0
    is_use_additional_prompts: true
    max_additional_running_prompts: 16

References:

- ROLL 0.2.0-0.3.0: roll/distributed/scheduler/generate_scheduler.py, ReplayBuffer.__init__
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START, releases=">=0.2.0", pipelines=RLVR_TRAINING)
def additional_prompts_missing(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    key, count = "max_additional_running_prompts", config.max_additional_running_prompts
    if config.is_use_additional_prompts and count <= 0:
        place = key if context.is_set(key) else "is_use_additional_prompts"
        message = f"`{key}` must be positive with `is_use_additional_prompts: true`, found `{count}`"
        yield Problem(place, message, f"set `{key}: 16`")
