"""
Parameter offload below ZeRO stage 3.

The rule finds `offload_param` with a device and a ZeRO stage below 3. DeepSpeed offloads parameters with stage 3 only:
below it accepts the section and ignores it. All parameters then stay on the GPU.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization:
            stage: 2
            offload_param: {device: cpu}   # warning: [ignored-offload]

Use stage 3:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization:
            stage: 3
            offload_param: {device: cpu}

References:

- DeepSpeed 0.19.8: deepspeed/runtime/zero/offload_config.py, DeepSpeedZeroOffloadParamConfig
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import zero_settings
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.IGNORED)
def ignored_offload(worker: WorkerConfig) -> Iterator[Problem]:
    zero = zero_settings(worker, "deepspeed_train", "deepspeed_infer") or {}
    stage, offload = zero.get("stage", 0), zero.get("offload_param")
    if not isinstance(stage, int) or stage >= 3 or not isinstance(offload, dict):
        return
    if offload.get("device") not in (None, "none"):
        yield Problem(
            "strategy_args.strategy_config.zero_optimization.offload_param",
            f"`offload_param` is ignored: it requires ZeRO stage 3, found stage `{stage}`",
            "remove `offload_param`",
            at_key=True,
        )
