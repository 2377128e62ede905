"""
Unused critic.

Detects a `critic` with GPUs and an `adv_estimator` other than `gae`. ROLL does not build the critic, but counts its
GPUs when it computes the number of nodes.

    adv_estimator: grpo
    critic:   # info: [idle-critic]
      device_mapping: list(range(0,8))

Remove the section:

    adv_estimator: grpo

References:

- ROLL 0.1.0-0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, self.pipeline_config.adv_estimator == "gae"
- ROLL 0.1.0-0.3.0: roll/configs/base_config.py, total_devices.extend(attribute.device_mapping)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.INFO, effect=Effect.WASTEFUL)
def idle_critic(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.adv_estimator != "gae" and context.is_set("critic.device_mapping"):
        message = f"`critic` is ignored: `adv_estimator: {config.adv_estimator}` has no critic"
        yield Problem("critic", message, "remove `critic`", at_key=True)
