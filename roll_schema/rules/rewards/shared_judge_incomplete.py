"""
Incomplete shared judge.

Detects a `reward_model` without `device_mapping` or `name`. Without GPUs, ROLL 0.3.0 does not build the shared judge,
and ignores the section. Without a name, Ray refuses the environment variable `CLUSTER_NAME` of its workers, and the
pipeline fails at startup.

    reward_model:   # error: [shared-judge-incomplete]
      strategy_args: {strategy_name: sglang, strategy_config: {mem_fraction_static: 0.8}}
      device_mapping: list(range(8,16))

Name it:

    reward_model:
      name: judge
      strategy_args: {strategy_name: sglang, strategy_config: {mem_fraction_static: 0.8}}
      device_mapping: list(range(8,16))

References:

- ROLL 0.3.0: roll/pipeline/rlvr/rlvr_pipeline.py, and self.pipeline_config.reward_model.device_mapping
- ROLL 0.3.0: roll/distributed/executor/cluster.py, "CLUSTER_NAME": self.cluster_name
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
    if judge.device_mapping is None:
        message, advice = "`reward_model` is ignored: it has no `device_mapping`", "add `device_mapping`"
        yield Problem("reward_model.device_mapping", message, advice, effect=Effect.IGNORED, severity=Severity.WARNING)
    elif not judge.name:
        message = "missing `name`: ROLL names the workers of the shared judge after it"
        yield Problem("reward_model.name", message, "add `name: judge`")
