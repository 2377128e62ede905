"""
FlashAttention 2 with 32-bit numbers.

The kernels know fp16 and bf16 only. Where transformers runs the model (`hf_infer` and the DeepSpeed strategies) in
fp32, its first forward pass fails; DeepSpeed with `bf16` or `fp16` enabled in its own settings converts the model.

    reference:
      model_args:
        attn_implementation: fa2   # error: [flash-attention-needs-half-precision]
        dtype: fp32
      strategy_args: {strategy_name: hf_infer}

Use half precision, or `sdpa`:

    reference:
      model_args:
        attn_implementation: fa2
        dtype: bf16
      strategy_args: {strategy_name: hf_infer}
"""

from __future__ import annotations

from collections.abc import Iterator

from roll_schema.diagnostic import Severity
from roll_schema.models.worker_config import WorkerConfig
from roll_schema.rule import Problem, rule


@rule(Severity.ERROR, fails="at first step")
def flash_attention_needs_half_precision(worker: WorkerConfig) -> Iterator[Problem]:
    model, strategy = worker.model_args, worker.strategy_args
    if strategy is None or strategy.strategy_name not in ("hf_infer", "deepspeed_train", "deepspeed_infer"):
        return
    if strategy.strategy_name != "hf_infer" and {"bf16", "fp16"} & set(strategy.strategy_config or {}):
        return
    if model.attn_implementation == "fa2" and model.dtype == "fp32":
        yield Problem(
            "model_args.attn_implementation",
            "FlashAttention 2 (`fa2`) works in bf16 and fp16 only, but `dtype` is fp32",
            help="Write `dtype: bf16`, or `attn_implementation: sdpa`.",
            also={"model_args.dtype": "fp32"},
        )
