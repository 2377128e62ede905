"""
Additional prompts without their switch.

`max_additional_running_prompts` has an effect only with `is_use_additional_prompts: true`. Without the switch, ROLL
starts at most `rollout_batch_size` prompts per step.

    max_additional_running_prompts: 16   # warning: [additional-prompts-ignored]

Turn the switch on:

    is_use_additional_prompts: true
    max_additional_running_prompts: 16

References:

- ROLL 0.1.0-0.1.3: roll/distributed/scheduler/generate_scheduler.py, DynamicSamplingScheduler.check_send_new_request
- ROLL 0.2.0-0.3.0: roll/distributed/scheduler/generate_scheduler.py, ReplayBuffer._check_send_new_request
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.WARNING, effect=Effect.IGNORED, pipelines=RLVR_TRAINING)
def additional_prompts_ignored(config: RLVRConfig, context: Context) -> Iterator[Problem]:
    key = "max_additional_running_prompts"
    if context.is_set(key) and config.max_additional_running_prompts > 0 and not config.is_use_additional_prompts:
        message = f"`{key}` is ignored: `is_use_additional_prompts` is false"
        yield Problem(key, message, f"set `is_use_additional_prompts: true`, or remove `{key}`")
