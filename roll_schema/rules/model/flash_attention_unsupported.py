"""
FlashAttention 2 on GPUs without support.

FlashAttention 2 requires an NVIDIA GPU of compute capability 8.0 (Ampere) or newer. transformers still loads the model,
and the first forward pass fails. The rule needs the kind of GPU (`--gpu`).

    # roll-lint --gpu t4-16g
    actor_train:
      model_args: {attn_implementation: fa2, dtype: fp16}   # error: [flash-attention-unsupported]
      strategy_args: {strategy_name: deepspeed_train}

Use the attention of PyTorch:

    # roll-lint --gpu t4-16g
    actor_train:
      model_args: {attn_implementation: sdpa, dtype: fp16}
      strategy_args: {strategy_name: deepspeed_train}

References:

- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, load_model
- vLLM 0.32.0: vllm/v1/attention/backends/flash_attn.py, FlashAttentionBackend.supports_compute_capability
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
"""Strategies that pass `attn_implementation` to transformers."""


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def flash_attention_unsupported(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    if worker.model_args.attn_implementation != "fa2" or not runs_on(worker, *ON_TRANSFORMERS):
        return
    gpu = context.need_gpu()
    if not gpu.predates_ampere:
        return
    yield Problem(
        "model_args.attn_implementation",
        f"`attn_implementation: fa2` requires compute capability 8.0, found {gpu.shown_capability} ({gpu.title})",
        help="set `attn_implementation: sdpa`",
    )
