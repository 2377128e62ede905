"""
Offload settings that DeepSpeed refuses.

The rule checks two settings of `zero_optimization`. A `ratio` below 1 in `offload_optimizer` requires ZeRO stage 3. The
device `nvme` requires an `nvme_path` with stage 3. DeepSpeed refuses both when the workers start.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization:
            stage: 2
            offload_optimizer: {device: cpu, ratio: 0.5}   # error: [invalid-offload]

Offload the whole optimizer:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization:
            stage: 2
            offload_optimizer: {device: cpu}

References:

- DeepSpeed 0.19.8: deepspeed/runtime/zero/config.py, DeepSpeedZeroConfig.offload_ratio_check
- DeepSpeed 0.19.8: deepspeed/runtime/zero/partition_parameters.py, "nvme_path" in DeepSpeed Config cannot be None
- DeepSpeed 0.19.8: deepspeed/runtime/zero/stage3.py, DeepSpeedZeroOptimizer_Stage3._configure_tensor_swapping
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.models.each import each
from roll_schema.planning.workers import zero_settings
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


_PLACE = "strategy_args.strategy_config.zero_optimization"


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def invalid_offload(worker: WorkerConfig) -> Iterator[Problem]:
    zero = zero_settings(worker, "deepspeed_train", "deepspeed_infer")
    if zero is None or not isinstance(stage := zero.get("stage", 0), int):
        return

    def judge(name: str, offload: object) -> Iterator[Problem]:
        if name not in ("offload_param", "offload_optimizer") or not isinstance(offload, dict):
            return
        ratio = offload.get("ratio")
        if name == "offload_optimizer" and stage < 3 and isinstance(ratio, (int, float)) and ratio < 1:
            message = f"`ratio: {ratio}` requires ZeRO stage 3, found stage `{stage}`"
            yield Problem(f"{_PLACE}.{name}.ratio", message, f"remove `ratio` from `{name}`")
        if stage == 3 and offload.get("device") == "nvme" and not offload.get("nvme_path"):
            message = f"missing `nvme_path`: `{name}` uses the device `nvme`"
            yield Problem(f"{_PLACE}.{name}", message, "add `nvme_path: /local/nvme`", at_key=True)

    yield from each(zero.items(), judge)
