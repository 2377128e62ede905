"""
A shared judge that lacks what starts it.

`reward_model` of ROLL 0.3.0 needs a `name`, by which reward workers find it, and GPUs; `grpc_mode` is not implemented.

    reward_model:   # error: [shared-judge-incomplete]
      strategy_args: {strategy_name: sglang, strategy_config: {mem_fraction_static: 0.8}}
      device_mapping: list(range(8,16))

With a name:

    reward_model:
      name: judge
      strategy_args: {strategy_name: sglang, strategy_config: {mem_fraction_static: 0.8}}
      device_mapping: list(range(8,16))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.rlvr_config import RLVRConfig


@rule(Severity.ERROR, effect=Effect.STARTUP, releases=">=0.3.0", pipelines=("rlvr",))
def shared_judge_incomplete(config: RLVRConfig) -> Iterator[Problem]:
    judge = config.reward_model
    if judge is None:
        return
    if not judge.name:
        yield Problem("reward_model.name", "the shared judge has no `name` to be found by", "Add `name: judge`.")
    if judge.device_mapping is None:
        advice = "Add `device_mapping: list(range(8,16))`."
        yield Problem("reward_model.device_mapping", "the shared judge has no `device_mapping`", advice)
