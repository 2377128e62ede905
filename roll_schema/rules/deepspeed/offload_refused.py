"""
Offloading that DeepSpeed refuses or ignores.

Parameters are offloaded with stage 3 only: below, `offload_param` is accepted and ignored. A `ratio` below 1 for the
optimizer needs stage 3 too, and a device `nvme` a path; both stop the workers.

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization:
            stage: 2
            offload_param: {device: cpu}   # warning: [offload-refused]

With stage 3:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization:
            stage: 3
            offload_param: {device: cpu}

A part of the optimizer:

    actor_train:
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config:
          zero_optimization:
            stage: 2
            offload_optimizer: {device: cpu, ratio: 0.5}   # error: [offload-refused]
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
def offload_refused(worker: WorkerConfig) -> Iterator[Problem]:
    zero = zero_settings(worker, "deepspeed_train", "deepspeed_infer")
    if zero is None or not isinstance(stage := zero.get("stage", 0), int):
        return

    def judge(name: str, part: object) -> Iterator[Problem]:
        if name not in ("offload_param", "offload_optimizer") or not isinstance(part, dict):
            return
        ratio = part.get("ratio")
        if name == "offload_optimizer" and stage < 3 and isinstance(ratio, (int, float)) and ratio < 1:
            message = f"a `ratio` of {ratio} needs stage 3, and this is stage {stage}"
            yield Problem(f"{_PLACE}.{name}.ratio", message, "Write `stage: 3`, or delete `ratio`.")
        if part.get("device") in (None, "none"):
            return
        if name == "offload_param" and stage < 3:
            message = f"`offload_param` is ignored with stage {stage}"
            advice = "Write `stage: 3`, or delete it."
            severity = Severity.WARNING
            yield Problem(f"{_PLACE}.{name}", message, advice, severity=severity, effect=Effect.IGNORED, at_key=True)
        elif stage == 3 and part.get("device") == "nvme" and not part.get("nvme_path"):
            message = f"`{name}` to `nvme` needs an `nvme_path`"
            yield Problem(f"{_PLACE}.{name}", message, "Add `nvme_path: /local/nvme`.", at_key=True)

    yield from each(zero.items(), judge)
