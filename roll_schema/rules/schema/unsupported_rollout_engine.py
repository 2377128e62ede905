"""
An engine that no longer generates rollouts.

From ROLL 0.2.0, `actor_infer` runs on `vllm` or `sglang` only; an assertion without a message says so while the config
is loaded. It also stops a section that names no engine, since the default is a training backend.

    actor_infer:
      strategy_args: {strategy_name: hf_infer}   # error: [unsupported-rollout-engine]

Write one of the two:

    actor_infer:
      strategy_args: {strategy_name: vllm}
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
    roles = context.roles
    strategy = config.actor_infer.strategy_args
    if strategy is None or strategy.strategy_name in ("vllm", "sglang"):
        return
    place = "actor_infer.strategy_args.strategy_name"
    default = "" if context.is_set(place) else " (the default)"
    yield Problem(
        place,
        f"`{roles.infer}` runs on `{strategy.strategy_name}`{default}, but ROLL {context.release.name} generates with "
        "`vllm` or `sglang` only",
        "Write `strategy_name: vllm`.",
    )
