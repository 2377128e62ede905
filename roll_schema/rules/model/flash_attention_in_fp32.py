"""
FlashAttention 2 in fp32.

The kernels of FlashAttention 2 support fp16 and bf16 only. `hf_infer` and the DeepSpeed strategies run the model in
transformers. In fp32, its first forward pass fails. If the DeepSpeed settings enable `bf16` or `fp16`, DeepSpeed
converts the model, and `dtype: fp32` has no effect.

    reference:
      model_args:
        attn_implementation: fa2   # error: [flash-attention-in-fp32]
        dtype: fp32
      strategy_args: {strategy_name: hf_infer}

Use bf16:

    reference:
      model_args:
        attn_implementation: fa2
        dtype: bf16
      strategy_args: {strategy_name: hf_infer}

References:

- ROLL 0.1.0-0.3.0: roll/configs/model_args.py, ModelArguments.__post_init__
- ROLL 0.1.0-0.3.0: roll/models/model_providers.py, load_model
- transformers 5.19.0: transformers/modeling_utils.py, PreTrainedModel._flash_attn_can_dispatch
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.ERROR, effect=Effect.FIRST_STEP)
def flash_attention_in_fp32(worker: WorkerConfig, context: Context) -> Iterator[Problem]:
    model, strategy = worker.model_args, worker.strategy_args
    if model.attn_implementation != "fa2" or model.dtype != "fp32" or strategy is None:
        return
    if strategy.strategy_name not in ("hf_infer", "deepspeed_train", "deepspeed_infer"):
        return
    on_deepspeed = strategy.strategy_name != "hf_infer"
    converted = _converted_to(strategy.strategy_config or {}) if on_deepspeed else None
    result = f"DeepSpeed converts the model to {converted}" if converted else "FlashAttention 2 requires bf16 or fp16"
    yield Problem(
        "model_args.attn_implementation",
        f"`attn_implementation: fa2` conflicts with `dtype: fp32`: {result}",
        "set `dtype: bf16`, or `attn_implementation: sdpa`",
        also=context.where_set({"model_args.dtype": "fp32"}),
        effect=Effect.DIFFERENT if converted else None,
        severity=Severity.WARNING if converted else None,
    )


def _converted_to(settings: Mapping[str, Any]) -> str | None:
    for precision in ("bf16", "fp16"):
        section = settings.get(precision)
        if isinstance(section, Mapping) and section.get("enabled") is True:
            return precision
    return None
