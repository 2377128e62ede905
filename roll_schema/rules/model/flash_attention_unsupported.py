"""
FlashAttention 2 on GPUs that it does not run on.

The package needs NVIDIA's compute capability 8.0 (Ampere) or newer. transformers loads the model all the same, and the
first forward pass fails. This rule runs only where the command line tells the kind of GPU (`--gpu`).

    # roll-lint --gpu t4-16g
    actor_train:
      model_args: {attn_implementation: fa2, dtype: fp16}   # error: [flash-attention-unsupported]
      strategy_args: {strategy_name: deepspeed_train}

PyTorch's own attention runs on all of them:

    # roll-lint --gpu t4-16g
    actor_train:
      model_args: {attn_implementation: sdpa, dtype: fp16}
      strategy_args: {strategy_name: deepspeed_train}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import runs_on
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig

ON_TRANSFORMERS = ("deepspeed_train", "deepspeed_infer", "fsdp2_train", "fsdp2_infer", "hf_infer")
"""Strategies that hand `attn_implementation` to transformers."""


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def flash_attention_unsupported(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    if worker.model_args.attn_implementation != "fa2" or not runs_on(worker, *ON_TRANSFORMERS):
        return
    gpu = context.need_gpu()
    if not gpu.predates_ampere:
        return
    yield Problem(
        "model_args.attn_implementation",
        f"FlashAttention 2 needs compute capability 8.0, and {gpu.title} has {gpu.shown_capability}",
        help="Write `attn_implementation: sdpa`.",
    )
