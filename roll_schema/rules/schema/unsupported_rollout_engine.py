"""
Unsupported rollout engine.

From ROLL 0.2.0, `actor_infer` generates rollouts with `vllm` or `sglang` only. An assertion without a message checks it
while ROLL loads the config. It also stops a section without `strategy_name`, since the default is a training strategy.

    actor_infer:
      strategy_args: {strategy_name: hf_infer}   # error: [unsupported-rollout-engine]

Set one of the two:

    actor_infer:
      strategy_args: {strategy_name: vllm}

References:

- ROLL 0.2.0-0.3.0: roll/configs/base_config.py, assert strategy_name in ["vllm", "sglang"]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.ERROR, effect=Effect.LOAD, releases=">=0.2.0")
def unsupported_rollout_engine(config: PPOConfig, context: Context) -> Iterator[Problem]:
    strategy = config.actor_infer.strategy_args
    if strategy is None or strategy.strategy_name in ("vllm", "sglang"):
        return
    place = "actor_infer.strategy_args.strategy_name"
    default = "" if context.is_set(place) else " (the default)"
    message = (
        f"invalid rollout engine `{strategy.strategy_name}`{default}: "
        f"ROLL {context.release.name} supports `vllm` and `sglang`"
    )
    yield Problem(place, message, "set `strategy_name: vllm`")
