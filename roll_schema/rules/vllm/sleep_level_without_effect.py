"""
Sleep level without shared GPUs.

Since ROLL 0.2.0, the rollout engine sleeps only if it shares GPUs with `actor_train`, `reference` or `critic`. On
separate GPUs it never sleeps, so `sleep_level` has no effect.

    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {sleep_level: 1}}   # info: [sleep-level-without-effect]
      device_mapping: list(range(4,8))

Remove it:

    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(4,8))

References:

- ROLL 0.2.0-0.3.0: roll/distributed/strategy/vllm_strategy.py, VllmStrategy.offload_states
- ROLL 0.2.0-0.3.0: roll/configs/base_config.py, PPOConfig.is_actor_infer_colocated
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_set, settings_of
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.INFO, effect=Effect.IGNORED, releases=">=0.2.0", pipelines=(*RLVR_TRAINING, "agentic"))
def sleep_level_without_effect(config: PPOConfig, context: Context) -> Iterator[Problem]:
    settings, rollout = settings_of(config.actor_infer, "vllm"), device_set(config.actor_infer)
    others = device_set(config.actor_train) | device_set(config.reference) | device_set(config.critic)
    if settings and "sleep_level" in settings and rollout and others and not rollout & others:
        message = f"`sleep_level` has no effect: `{context.roles.infer}` shares no GPU and never sleeps"
        yield Problem("actor_infer.strategy_args.strategy_config.sleep_level", message, "remove `sleep_level`")
