"""
Unsupported critic.

Detects a critic that ROLL cannot build. `adv_estimator: gae` trains a critic, which needs a value head: `model_type`
must be `trl` or `auto_token_classification`. ROLL has no critic on Megatron. The critic's workers fail when they start.

    adv_estimator: gae
    critic:
      model_args: {model_type: ~}   # error: [critic-refused]
      strategy_args: {strategy_name: deepspeed_train}

Give the critic a value head:

    adv_estimator: gae
    critic:
      model_args: {model_type: auto_token_classification}
      strategy_args: {strategy_name: deepspeed_train}

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, default_value_model_provider
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def critic_refused(config: PPOConfig, context: Context) -> Iterator[Problem]:
    if config.adv_estimator != "gae" or not context.is_set("critic"):
        return
    model_type, strategy = config.critic.model_args.model_type, config.critic.strategy_args
    if model_type not in ("trl", "auto_token_classification"):
        message = f"expected a `model_type` with a value head for the critic, found `{model_type or 'null'}`"
        yield Problem("critic.model_args.model_type", message, "set `model_type: auto_token_classification`")
    if strategy is not None and strategy.strategy_name == "megatron_train":
        supported = "deepspeed_train" if context.release.matches("<0.3.0") else "fsdp2_train"
        message = "invalid `strategy_name` `megatron_train`: ROLL has no critic on Megatron"
        yield Problem("critic.strategy_args.strategy_name", message, f"set `strategy_name: {supported}`")
