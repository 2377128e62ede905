"""
Critic with a `trl` value head on FSDP2.

Detects `model_type: trl` for a critic on `fsdp2_train`. FSDP2 shards the layer classes that the model lists in
`_no_split_modules`. The wrapper of `trl` does not list any, so the critic may fail when it starts.

    adv_estimator: gae
    critic:
      model_args: {model_type: trl}   # warning: [critic-on-fsdp2]
      strategy_args: {strategy_name: fsdp2_train, strategy_config: {}}

Use a model type without a wrapper, or name the layer classes in `wrap_policy.transformer_layer_cls_to_wrap`:

    adv_estimator: gae
    critic:
      model_args: {model_type: auto_token_classification}
      strategy_args: {strategy_name: fsdp2_train, strategy_config: {}}

References:

- ROLL 0.2.0-0.3.0: roll/utils/fsdp_utils.py, apply_fsdp2
- ROLL 0.2.0-0.3.0: roll/models/model_providers.py, default_value_model_provider
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START, releases=">=0.2.0")
def critic_on_fsdp2(config: PPOConfig) -> Iterator[Problem]:
    settings = settings_of(config.critic, "fsdp2_train")
    if config.adv_estimator != "gae" or settings is None or config.critic.model_args.model_type != "trl":
        return
    if not settings.get("wrap_policy"):
        message = "`model_type: trl` conflicts with `fsdp2_train`: FSDP2 may not find the layers to shard"
        yield Problem("critic.model_args.model_type", message, "set `model_type: auto_token_classification`")
