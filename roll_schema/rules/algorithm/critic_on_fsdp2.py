"""
A critic with a value head on FSDP2.

FSDP2 looks for the model's layers to shard, and does not find them inside the wrapper that `model_type: trl` makes.

    adv_estimator: gae
    critic:
      model_args: {model_type: trl}   # warning: [critic-on-fsdp2]
      strategy_args: {strategy_name: fsdp2_train, strategy_config: {}}

A model type without a wrapper:

    adv_estimator: gae
    critic:
      model_args: {model_type: auto_token_classification}
      strategy_args: {strategy_name: fsdp2_train, strategy_config: {}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START, releases=">=0.3.0")
def critic_on_fsdp2(config: PPOConfig) -> Iterator[Problem]:
    critic = config.critic
    if config.adv_estimator == "gae" and runs_on(critic, "fsdp2_train") and critic.model_args.model_type == "trl":
        message = "FSDP2 does not find the layers inside the wrapper that `model_type: trl` makes"
        advice = "Write `model_type: auto_token_classification`."
        yield Problem("critic.model_args.model_type", message, advice)
