"""
Weights, gradients and optimizer states that are more than a GPU has.

Their size follows from the model, the parallel sizes and the ZeRO stage alone, so no batch size helps. Activations,
logits and buffers come on top and are not counted here: what is just below the limit does not fit either. This rule
runs only where the command line tells the kind of GPU (`--gpu`); `roll-lint plan` shows every amount.

    # roll-lint --gpu a100-40g
    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {dtype: bf16}
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {bf16: {enabled: true}, zero_optimization: {stage: 1}}
      device_mapping: list(range(0,2))   # warning: [does-not-fit]

ZeRO-3 shares the weights out as well, and more GPUs hold a smaller share each:

    # roll-lint --gpu a100-40g
    pretrain: Qwen/Qwen2.5-7B
    actor_train:
      model_args: {dtype: bf16}
      strategy_args:
        strategy_name: deepspeed_train
        strategy_config: {bf16: {enabled: true}, zero_optimization: {stage: 3}}
      device_mapping: list(range(0,8))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.gpus import GIB
from roll_schema.facts.devices import ranges
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.base_config import BaseConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def does_not_fit(config: BaseConfig, context: Context) -> Iterator[Problem]:
    gpu = context.need_gpu()
    from roll_schema.planning import plan  # loaded only where somebody asks

    per_node = context.cluster.gpus_per_node if context.cluster else None
    made = plan.make(config, "", context.release, context.pipeline, gpu, per_node, context.roles)
    reported = set()
    for group in made.groups:
        phase = max(made.phases, key=group.certain_bytes)
        needed = group.certain_bytes(phase)
        largest = max(group.phases[phase], key=lambda holding: holding.certain_bytes)
        if needed <= gpu.memory or largest.role in reported:
            continue
        reported.add(largest.role)
        parts = [
            f"{amount.what} of {holding.role} {amount.bytes / GIB:.1f}"
            for holding in group.phases[phase]
            for amount in holding.amounts
            if holding.counts(amount) and amount.bytes >= GIB // 10
        ]
        yield Problem(
            f"{largest.role}.device_mapping",
            f"GPU {ranges(group.devices)} would hold {needed / GIB:.1f} GiB in the phase `{phase}`, and {gpu.title} "
            f"has {gpu.memory / GIB:.1f}: {', '.join(parts)}",
            help="Spread the model over more GPUs (a higher ZeRO stage or parallel size), offload, or train an "
            "adapter; see `roll-lint plan --explain`.",
        )
