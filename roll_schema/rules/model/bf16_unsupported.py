"""
bf16 on GPUs without bf16.

bf16 requires an NVIDIA GPU of compute capability 8.0 (Ampere) or newer. vLLM refuses to start with it on an older GPU.
PyTorch emulates it there, so training is slow. The rule needs the kind of GPU (`--gpu`).

    # roll-lint --gpu v100-32g
    actor_infer:
      model_args: {dtype: bf16}   # error: [bf16-unsupported]
      strategy_args: {strategy_name: vllm}

Use fp16:

    # roll-lint --gpu v100-32g
    actor_infer:
      model_args: {dtype: fp16}
      strategy_args: {strategy_name: vllm}

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments.__post_init__
- vLLM 0.32.0: vllm/platforms/cuda.py, CudaPlatformBase.check_if_supports_dtype
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
        f"`dtype: bf16` requires compute capability 8.0, found {gpu.shown_capability} ({gpu.title})",
        help="set `dtype: fp16`",
        severity=Severity.ERROR if refused else Severity.WARNING,
        effect=Effect.WORKER_START if refused else Effect.WASTEFUL,
    )
