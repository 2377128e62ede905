"""
A depth of sleep for an engine that never sleeps.

From ROLL 0.2.0 the rollout engine leaves its GPUs only where training, the reference or the critic needs them. On GPUs
of its own it stays awake, whatever `sleep_level` says.

    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {sleep_level: 1}}   # info: [sleep-level-without-effect]
      device_mapping: list(range(4,8))

Without it:

    actor_train:
      device_mapping: list(range(0,4))
    actor_infer:
      strategy_args: {strategy_name: vllm, strategy_config: {}}
      device_mapping: list(range(4,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import device_set, settings_of
from roll_schema.rules.rule import RLVR_TRAINING, Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.INFO, effect=Effect.DIFFERENT, releases=">=0.2.0", pipelines=(*RLVR_TRAINING, "agentic"))
def sleep_level_without_effect(config: PPOConfig, context: Context) -> Iterator[Problem]:
    settings, mine = settings_of(config.actor_infer, "vllm"), device_set(config.actor_infer)
    others = device_set(config.actor_train) | device_set(config.reference) | device_set(config.critic)
    if settings and "sleep_level" in settings and mine and others and not mine & others:
        message = f"`{context.roles.infer}` has GPUs of its own and never sleeps"
        yield Problem("actor_infer.strategy_args.strategy_config.sleep_level", message, "Delete it.")
