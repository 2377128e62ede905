"""
Unsupported quantization of the rollout.

ROLL quantizes rollout weights only to fp8 with dynamic activation scales, set by `hf_overrides.quantization_config`.
With `weight_block_size`, the section also needs `activation_scheme`, `fmt` and `quant_method`.

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          quantization: fp8
          hf_overrides:
            quantization_config: {weight_block_size: [128, 128]}   # warning: [quantization-override-refused]

Set all four keys:

    actor_infer:
      strategy_args:
        strategy_name: vllm
        strategy_config:
          quantization: fp8
          hf_overrides:
            quantization_config:
              {weight_block_size: [128, 128], activation_scheme: dynamic, fmt: e4m3, quant_method: fp8}

References:

- ROLL 0.2.0-0.3.0: roll/third_party/vllm/fp8.py, update_quant_config
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.planning.workers import settings_of
from roll_schema.rules.rule import Problem, rule
from roll_schema.source.diagnostic import Effect, Severity
from roll_schema.source.scalars import shown

if TYPE_CHECKING:
    from roll_schema.models.worker_config import WorkerConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START, releases=">=0.2.0")
def quantization_override_refused(worker: WorkerConfig) -> Iterator[Problem]:
    settings = settings_of(worker, "vllm")
    overrides = settings.get("hf_overrides") if settings else None
    override = overrides.get("quantization_config") if isinstance(overrides, dict) else None
    if not isinstance(override, dict):
        return
    place = "strategy_args.strategy_config.hf_overrides.quantization_config"
    if override.get("weight_block_size"):
        missing = [f"`{key}`" for key in ("activation_scheme", "fmt", "quant_method") if not override.get(key)]
        if missing:
            message = f"missing {', '.join(missing)} for `weight_block_size`"
            yield Problem(place, message, "set `activation_scheme: dynamic`, `fmt: e4m3` and `quant_method: fp8`")
    method = override.get("quant_method", "fp8")
    if method != "fp8":
        message = f"unsupported `quant_method` `{method}`: ROLL quantizes rollouts only to fp8"
        yield Problem(f"{place}.quant_method", message, "set `quant_method: fp8`")
    if override.get("activation_scheme", "dynamic") != "dynamic":
        message = f"`activation_scheme` must be `dynamic`, found `{shown(override['activation_scheme'])}`"
        yield Problem(f"{place}.activation_scheme", message, "set `activation_scheme: dynamic`")
