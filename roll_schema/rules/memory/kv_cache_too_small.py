"""
KV cache smaller than one sequence.

vLLM uses the share `gpu_memory_utilization` of each GPU's memory. Weights and adapter slots take a part of it, the rest
is the KV cache. If the KV cache cannot hold one sequence of `max_model_len` tokens, vLLM refuses to start. This rule
runs only with a known GPU (`--gpu`).

    # roll-lint --gpu 4090-24g
    pretrain: Qwen/Qwen2.5-7B
    actor_infer:
      model_args: {dtype: bf16}
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: 0.6, max_model_len: 8192}   # warning: [kv-cache-too-small]
      device_mapping: list(range(0,4))

Split the weights over two GPUs:

    # roll-lint --gpu 4090-24g
    pretrain: Qwen/Qwen2.5-7B
    actor_infer:
      model_args: {dtype: bf16}
      strategy_args:
        strategy_name: vllm
        strategy_config: {gpu_memory_utilization: 0.6, max_model_len: 8192, tensor_parallel_size: 2}
      device_mapping: list(range(0,4))

References:

- vLLM 0.32.0: vllm/v1/core/kv_cache_utils.py, _check_enough_kv_cache_memory
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from roll_schema.facts.catalog.gpus import GIB
from roll_schema.planning import workers
from roll_schema.rules.rule import Context, Problem, rule
from roll_schema.source.diagnostic import Effect, Severity

if TYPE_CHECKING:
    from roll_schema.models.ppo_config import PPOConfig


@rule(Severity.WARNING, effect=Effect.WORKER_START)
def kv_cache_too_small(config: PPOConfig, context: Context) -> Iterator[Problem]:
    worker = config.actor_infer
    if workers.settings_of(worker, "vllm") is None:
        return
    gpu = context.need_gpu()
    from roll_schema.planning.memory.vllm import engine, engine_share  # imported only when it is needed
    from roll_schema.planning.memory.weights import weights_of

    model, known = workers.model_modules(config, "actor_infer")
    weights = weights_of(worker, known, trains=False)
    amounts, cache = engine(config, worker, weights, gpu)
    taken = sum(amount.bytes for amount in amounts if not amount.bound and amount.what != "KV cache")
    share = engine_share(worker) * gpu.memory
    needed = cache.bytes_per_token * cache.longest if cache is not None else 0
    if taken + needed <= share:
        return
    slots = " and adapter slots" if worker.model_args.lora_target is not None else ""
    # The sum is that of the parts as they are shown.
    fixed, variable = round(taken / GIB, 1), round(needed / GIB, 1)
    sequence = f" + KV cache of {cache.longest:,} tokens {variable}" if cache is not None else ""
    yield Problem(
        "actor_infer.strategy_args.strategy_config.gpu_memory_utilization",
        f"`gpu_memory_utilization: {engine_share(worker):g}` of {gpu.title} is {share / GIB:.1f} GiB, less than "
        f"{fixed + variable:.1f} GiB (`{model}`{slots} {fixed}{sequence})",
        help="raise `tensor_parallel_size` or `gpu_memory_utilization`, or lower `max_model_len`",
    )
