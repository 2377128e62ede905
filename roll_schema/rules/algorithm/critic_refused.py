"""
A critic that ROLL cannot build.

`adv_estimator: gae` trains a critic: a model with a head for values (`model_type` `trl` or
`auto_token_classification`), and not on Megatron, for which ROLL has none. Both show when the worker starts.

    adv_estimator: gae
    critic:
      model_args: {model_type: ~}   # error: [critic-refused]
      strategy_args: {strategy_name: deepspeed_train}

A head for values:

    adv_estimator: gae
    critic:
      model_args: {model_type: trl}
      strategy_args: {strategy_name: deepspeed_train}
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
    critic = config.critic
    if critic.model_args.model_type not in ("trl", "auto_token_classification"):
        message = f"a critic needs a head for values, but `model_type` is {critic.model_args.model_type or 'null'}"
        yield Problem("critic.model_args.model_type", message, "Write `model_type: trl`.")
    if critic.strategy_args is not None and critic.strategy_args.strategy_name == "megatron_train":
        message = "ROLL has no critic on Megatron"
        better = "deepspeed_train" if context.release.matches("<0.3.0") else "fsdp2_train"
        yield Problem("critic.strategy_args.strategy_name", message, f"Write `strategy_name: {better}`.")
