"""
A precision that the GPUs do not have.

bf16 needs NVIDIA's compute capability 8.0 (Ampere) or newer: vLLM refuses to start with it on older GPUs, and training
falls back to a slow emulation or fails. This rule runs only where the command line tells the kind of GPU (`--gpu`).

    # roll-lint --gpu v100-32g
    actor_infer:
      model_args: {dtype: bf16}   # error: [bf16-unsupported]
      strategy_args: {strategy_name: vllm}

Half precision of the older kind:

    # roll-lint --gpu v100-32g
    actor_infer:
      model_args: {dtype: fp16}
      strategy_args: {strategy_name: vllm}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.WORKER_START)
def bf16_unsupported(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    if worker.strategy_args is None or worker.model_args.dtype != "bf16":
        return
    gpu = context.need_gpu()
    if not gpu.predates_ampere:
        return
    refused = runs_on(worker, "vllm")
    yield Problem(
        "model_args.dtype",
        f"bf16 needs compute capability 8.0, and {gpu.title} has {gpu.shown_capability}"
        + (": vLLM refuses to start" if refused else ""),
        help="Write `dtype: fp16`, or choose GPUs from Ampere on.",
        severity=Severity.ERROR if refused else Severity.WARNING,
    )
