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

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def flash_attention_needs_half_precision(worker: WorkerConfig) -> Iterator[Problem]:
    model, strategy = worker.model_args, worker.strategy_args
    if model.attn_implementation != "fa2" or model.dtype != "fp32" or strategy is None:
        return
    if strategy.strategy_name not in ("hf_infer", "deepspeed_train", "deepspeed_infer"):
        return
    message = "FlashAttention 2 (`fa2`) works in bf16 and fp16 only, but `dtype` is fp32"
    help_text = "Write `dtype: bf16`, or `attn_implementation: sdpa`."
    also = {"model_args.dtype": "fp32"}
    converted = None if strategy.strategy_name == "hf_infer" else _converted_to(strategy.strategy_config or {})
    if converted is None:
        yield Problem("model_args.attn_implementation", message, help_text, also)
    else:
        message += f"; it runs only since DeepSpeed's own settings make the model {converted}"
        severity = Severity.WARNING
        yield Problem("model_args.attn_implementation", message, help_text, also, Effect.DIFFERENT, severity)


def _converted_to(settings: Mapping[str, Any]) -> str | None:
    for precision in ("bf16", "fp16"):
        section = settings.get(precision)
        if isinstance(section, Mapping) and section.get("enabled") is True:
            return precision
    return None
