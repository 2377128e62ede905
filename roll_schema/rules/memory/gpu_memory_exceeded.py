"""
Model states larger than the GPU's memory.

Weights, gradients and optimizer states take memory that depends only on the model, the parallel sizes and the ZeRO
stage, so a smaller batch does not help. Activations, logits and buffers are not counted: a config just below the limit
may fail too. This rule runs only with a known GPU (`--gpu`). `roll-lint plan` shows every amount.

    # roll-lint --gpu a100-40g
    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {dtype: bf16}
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {bf16: {enabled: true}, zero_optimization: {stage: 1}}
      device_mapping: list(range(0,2))   # warning: [gpu-memory-exceeded]

Shard the weights with ZeRO-3 over more GPUs:

    # roll-lint --gpu a100-40g
    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {dtype: bf16}
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {bf16: {enabled: true}, zero_optimization: {stage: 3}}
      device_mapping: list(range(0,8))

References:

- DeepSpeed 0.19.8: deepspeed/runtime/zero/stage3.py, estimate_zero3_model_states_mem_needs
- DeepSpeed 0.19.8: deepspeed/runtime/zero/stage_1_and_2.py, estimate_zero2_model_states_mem_needs
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.gpus import GIB
from roll_schema.facts.devices import gpus
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def gpu_memory_exceeded(config: BaseConfig, context: Context) -> Iterator[Problem]:
    gpu = context.need_gpu()
    from roll_schema.planning import plan  # imported only when it is needed

    per_node = context.cluster.gpus_per_node if context.cluster else None
    placement = plan.make(config, "", context.release, context.pipeline, gpu, per_node, context.roles)
    reported = set()
    for group in placement.groups:
        phase = max(placement.phases, key=group.certain_bytes)
        needed = group.certain_bytes(phase)
        largest = max(group.phases[phase], key=lambda holding: holding.certain_bytes)
        if needed <= gpu.memory or largest.role in reported:
            continue
        reported.add(largest.role)
        sizes = [
            (f"{holding.role} {amount.what}", round(amount.bytes / GIB, 1))
            for holding in group.phases[phase]
            for amount in holding.amounts
            if holding.counts(amount)
        ]
        # The total is that of the parts as they are shown.
        parts = " + ".join(f"{what} {size}" for what, size in sizes if size)
        yield Problem(
            f"{largest.role}.device_mapping",
            f"{sum(size for _, size in sizes):.1f} GiB in phase `{phase}` on {gpus(group.devices)} exceed the "
            f"{gpu.memory / GIB:.1f} GiB of {gpu.title} ({parts})",
            help="spread the model over more GPUs, or raise the ZeRO stage or parallel size",
        )
