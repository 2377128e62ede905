"""
A quantization of the rollout that vLLM does not take.

`hf_overrides` with a `quantization_config` is for fp8 with dynamic scales only; with a `weight_block_size` it needs
`activation_scheme`, `fmt` and `quant_method` beside it.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          quantization: fp8
          hf_overrides:
            quantization_config: {weight_block_size: [128, 128]}   # warning: [quantization-override]

All four:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          quantization: fp8
          hf_overrides:
            quantization_config:
              {weight_block_size: [128, 128], activation_scheme: dynamic, fmt: e4m3, quant_method: fp8}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START, releases=">=0.2.0")
def quantization_override(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    overrides = settings.get("hf_overrides") if settings else None
    override = overrides.get("quantization_config") if isinstance(overrides, dict) else None
    if not isinstance(override, dict):
        return
    place = "strategy_args.strategy_config.hf_overrides.quantization_config"
    if override.get("weight_block_size"):
        missing = [f"`{key}`" for key in ("activation_scheme", "fmt", "quant_method") if not override.get(key)]
        if missing:
            message = f"`weight_block_size` needs {', '.join(missing)} beside it"
            yield Problem(place, message, "Add `activation_scheme: dynamic, fmt: e4m3, quant_method: fp8`.")
    method = override.get("quant_method", "fp8")
    if method != "fp8":
        message = f"ROLL quantizes a rollout to fp8 only, not by `{method}`"
        yield Problem(f"{place}.quant_method", message, "Write `quant_method: fp8`.")
    if override.get("activation_scheme", "dynamic") != "dynamic":
        message = "ROLL quantizes with dynamic scales only"
        yield Problem(f"{place}.activation_scheme", message, "Write `activation_scheme: dynamic`.")
